package damo.examples;

import static damo.Damo.*;
import static damo.type.DType.FLOAT32;

import damo.graph.Index;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import org.joml.Matrix3f;
import org.joml.Matrix4f;
import org.joml.Matrix4fc;
import org.joml.Vector3f;
import org.joml.Vector3fc;

/// An arm of rigid links between joints that turn. Only where the hand is must be written down; how the joints have to turn for the hand
/// to go where it should follows from the derivatives of that. Poses are matrices that take local coordinates to those of the world.
final class Arm {
    /// How much the joints resist: what keeps them calm where the arm is stretched out, and no turn of theirs would help.
    static final float DAMPING = 0.5f;
    /// The farthest that the hand tries to go in one step.
    static final float STRIDE = 0.2f;

    /// A joint turns about an axis, of length 1; from it a link leads to the next one, the last to the hand.
    record Joint(Vector3fc axis, Vector3fc link) {}

    /// The arm at these angles, standing at `base`: into `hand`, the pose of the hand, and into `joints`, where all joints and the hand are.
    interface Pose {
        void of(float[] angles, Matrix4fc base, Matrix4f hand, float[][] joints);
    }

    /// Angles by which the hand is closer to the target.
    interface Descent {
        float[] step(float[] angles, Matrix4fc base, Vector3fc target);
    }

    private interface Look {
        void at(float[] angles, Matrix4fc base, Vector3fc target, Vector3f way, Matrix3f mobility);
    }

    private interface Turn {
        float[] by(float[] angles, Matrix4fc base, Vector3fc pull);
    }

    private final List<Joint> joints;
    private final Pose pose;
    private final Descent descent;
    private final Look look;
    private final Turn turn;

    /// @param rate how far the angles follow the gradient of [#descend]
    Arm(List<Joint> joints, double rate) {
        this.joints = List.copyOf(joints);
        Variable angles = tensor(FLOAT32, "angles", joints.size());
        Variable base = tensor(FLOAT32, "base", 4, 4);
        Variable target = tensor(FLOAT32, "target", 3);

        // From the base to the hand, joint by joint: turn, then go along the link.
        Variable at = base;
        var places = new ArrayList<Variable>(List.of(place(at)));
        for (int i = 0; i < joints.size(); i++) {
            Variable link = constant(new Matrix4f().translation(joints.get(i).link()));
            at = dot(dot(at, rotation(joints.get(i).axis(), angles.at(i))), link);
            places.add(place(at));
        }
        Variable hand = places.getLast();
        pose = function().name("pose").in(angles, base).out(at, stack(0, places)).compile().as(Pose.class);

        // The plain way: downhill, along the gradient of the distance.
        Variable distance = sqr(hand.sub(target)).sum().div(2);
        descent = function().name("descend").in(angles, base, target)
                .out(angles.sub(grad(distance, angles).mul(rate))).compile().as(Descent.class);

        // The better way is damped least squares: turn by Jᵀ·(J·Jᵀ + λ²)⁻¹·way (Wampler 1986). JOML solves for the pull on the hand;
        // what a pull does to the joints is a product with the transposed Jacobian.
        Variable jacobian = jacobian(hand, angles);
        Variable mobility = dot(jacobian, jacobian.transpose()).add(eye(FLOAT32, 3, 3, 0).mul(DAMPING * DAMPING));
        look = function().name("look").in(angles, base, target).out(target.sub(hand), mobility).compile().as(Look.class);
        Variable pull = tensor(FLOAT32, "pull", 3);
        turn = function().name("turn").in(angles, base, pull).out(angles.add(lop(hand, angles, pull))).compile().as(Turn.class);
    }

    /// Rodrigues' formula: `1 + sin(angle)·K + (1 − cos(angle))·K²`, where `K·v` is the cross product of the axis with `v`.
    private static Variable rotation(Vector3fc axis, Variable angle) {
        float x = axis.x();
        float y = axis.y();
        float z = axis.z();
        Variable k = constant(new float[][] {{0, -z, y, 0}, {z, 0, -x, 0}, {-y, x, 0, 0}, {0, 0, 0, 0}});
        return eye(FLOAT32, 4, 4, 0).add(k.mul(sin(angle))).add(dot(k, k).mul(sub(1, cos(angle))));
    }

    /// Where a pose puts the origin.
    private static Variable place(Variable pose) {
        return pose.index(Index.range(0, 3), Index.at(3));
    }

    int joints() {
        return joints.size();
    }

    /// The pose of the hand.
    Matrix4f hand(float[] angles, Matrix4fc base) {
        var hand = new Matrix4f();
        pose.of(angles, base, hand, new float[joints.size() + 1][3]);
        return hand;
    }

    /// Where the joints are, and last the hand.
    float[][] places(float[] angles, Matrix4fc base) {
        var places = new float[joints.size() + 1][3];
        pose.of(angles, base, new Matrix4f(), places);
        return places;
    }

    /// How far the hand is from the target.
    float distance(float[] angles, Matrix4fc base, Vector3fc target) {
        return hand(angles, base).getTranslation(new Vector3f()).distance(target);
    }

    /// One step toward the target, downhill.
    float[] descend(float[] angles, Matrix4fc base, Vector3fc target) {
        return descent.step(angles, base, target);
    }

    /// One step toward the target, by damped least squares.
    float[] reach(float[] angles, Matrix4fc base, Vector3fc target) {
        var way = new Vector3f();
        var mobility = new Matrix3f();
        look.at(angles, base, target, way, mobility);
        if (way.length() > STRIDE) way.normalize(STRIDE);
        return turn.by(angles, base, mobility.invert().transform(way));
    }
}

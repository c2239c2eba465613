package damo.examples;

import damo.examples.Arm.Joint;
import damo.examples.Pictures.Curve;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import org.joml.Matrix4f;
import org.joml.Matrix4fc;
import org.joml.Vector3f;
import org.joml.Vector3fc;

/// Inverse kinematics: how must the joints of a robot's arm turn for its hand to be at a place? The arm is in [Arm]; here it draws an eight in
/// the air, and two ways of getting to a place are compared.
///
/// From the root of the project: `mvn -q -Pdigits -Dexample=InverseKinematicsExample test`.
public final class InverseKinematicsExample {
    private static final Vector3fc X = new Vector3f(1, 0, 0);
    private static final Vector3fc Y = new Vector3f(0, 1, 0);
    private static final Vector3fc Z = new Vector3f(0, 0, 1);

    /// It turns on a post, bends at shoulder, elbow and wrist, and the wrist also turns and tilts; z is up.
    static final List<Joint> JOINTS = List.of(
            new Joint(Z, new Vector3f(0, 0, 0.5f)),
            new Joint(Y, new Vector3f(0, 0, 1)),
            new Joint(Y, new Vector3f(0, 0, 0.8f)),
            new Joint(Z, new Vector3f(0, 0, 0.2f)),
            new Joint(Y, new Vector3f(0, 0, 0.3f)),
            new Joint(X, new Vector3f(0, 0, 0.2f)));

    private InverseKinematicsExample() {}

    /// How the arm stands at first.
    static float[] bent() {
        var angles = new float[JOINTS.size()];
        Arrays.fill(angles, 0.4f);
        return angles;
    }

    /// Takes the number of places on the way of the hand (default: 400). Pictures go to the folder that the property `damo.out` names.
    public static void main(String... arguments) throws IOException {
        int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 400;
        Path folder = Pictures.folder("arm");
        var arm = new Arm(JOINTS, 0.1);
        var base = new Matrix4f();
        Vector3f[] way = eight(count);

        // To the first place: from where it stands, in both ways.
        double[] downhill = distances(arm, base, way[0], arm::descend);
        double[] leastSquares = distances(arm, base, way[0], arm::reach);

        // Along the eight: each place starts from the angles of the one before.
        var poses = new ArrayList<float[][]>();
        double worst = 0;
        float[] angles = bent();
        for (int i = 0; i < 100; i++) angles = arm.reach(angles, base, way[0]);
        try (ProgressBar bar = Progress.bar("reaching", count)) {
            for (Vector3f place : way) {
                for (int i = 0; i < 5; i++) angles = arm.reach(angles, base, place);
                worst = Math.max(worst, arm.distance(angles, base, place));
                poses.add(arm.places(angles, base));
                bar.step();
            }
        }

        Path picture = folder.resolve("arm.png");
        Path chart = folder.resolve("distance.png");
        ArmPicture.draw(poses, way, picture);
        Pictures.curves("Reaching for a place", "step", "distance", chart,
                new Curve("downhill", downhill), new Curve("damped least squares", leastSquares));
        System.out.printf("""

                after 50 steps to a place     downhill %.4f, damped least squares %.7f away
                along the eight, %d places   never more than %.5f away

                %s
                %s
                """, downhill[50], leastSquares[50], count, worst, picture, chart);
    }

    /// One of the two ways of taking a step.
    private interface Step {
        float[] toward(float[] angles, Matrix4fc base, Vector3fc target);
    }

    private static double[] distances(Arm arm, Matrix4fc base, Vector3fc target, Step step) {
        var distances = new double[60];
        float[] angles = bent();
        for (int i = 0; i < distances.length; i++) {
            distances[i] = arm.distance(angles, base, target);
            angles = step.toward(angles, base, target);
        }
        return distances;
    }

    /// A lying eight in front of the arm.
    private static Vector3f[] eight(int count) {
        var places = new Vector3f[count];
        for (int i = 0; i < count; i++) {
            double t = 2 * Math.PI * i / count;
            places[i] = new Vector3f(1.2f, (float) (1.1 * Math.sin(t)), (float) (1.1 + 0.6 * Math.sin(2 * t)));
        }
        return places;
    }
}

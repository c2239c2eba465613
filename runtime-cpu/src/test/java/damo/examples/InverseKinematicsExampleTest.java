package damo.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.joml.Matrix4f;
import org.joml.Vector3f;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InverseKinematicsExampleTest {
    private static final Matrix4f BASE = new Matrix4f().translation(0.5f, -1, 0.25f).rotateXYZ(0.3f, -0.2f, 1);
    private final Arm arm = new Arm(InverseKinematicsExample.JOINTS, 0.1);
    private final Random random = new Random(1);

    @Test void theHandIsWhereJomlSaysItIs() {
        float[] angles = angles();
        var expected = new Matrix4f(BASE);
        for (int i = 0; i < angles.length; i++) {
            Arm.Joint joint = InverseKinematicsExample.JOINTS.get(i);
            expected.rotate(angles[i], joint.axis()).translate(joint.link());
        }
        assertTrue(expected.equals(arm.hand(angles, BASE), 1e-5f), () -> "JOML%n%s%nDamo%n%s".formatted(expected, arm.hand(angles, BASE)));
        float[][] places = arm.places(angles, BASE);
        assertArrayEquals(new float[] {0.5f, -1, 0.25f}, places[0], 1e-6f);
        Vector3f hand = expected.getTranslation(new Vector3f());
        assertArrayEquals(new float[] {hand.x, hand.y, hand.z}, places[places.length - 1], 1e-5f);
    }

    @Test void itReachesWhatIsInReach() {
        for (int i = 0; i < 20; i++) {
            Vector3f target = arm.hand(angles(), BASE).getTranslation(new Vector3f());
            float[] angles = InverseKinematicsExample.bent();
            for (int step = 0; step < 150; step++) angles = arm.reach(angles, BASE, target);
            assertEquals(0, arm.distance(angles, BASE, target), 1e-3, "target " + target);
        }
    }

    @Test void descendingBringsTheHandCloserInEveryStep() {
        Vector3f target = arm.hand(angles(), BASE).getTranslation(new Vector3f());
        float[] angles = InverseKinematicsExample.bent();
        float first = arm.distance(angles, BASE, target);
        float distance = first;
        for (int step = 0; step < 200; step++) {
            angles = arm.descend(angles, BASE, target);
            float next = arm.distance(angles, BASE, target);
            assertTrue(next <= distance + 1e-5f, "step %d: from %f to %f".formatted(step, distance, next));
            distance = next;
        }
        assertTrue(distance < first / 10, "from %f to %f".formatted(first, distance));
    }

    @Test void itStretchesTowardWhatIsOutOfReach() {
        var target = new Vector3f(10, 0, 0.5f);
        float[] angles = InverseKinematicsExample.bent();
        for (int step = 0; step < 500; step++) angles = arm.reach(angles, new Matrix4f(), target);
        // The first joint turns about the post that it stands on: the arm begins at the top of it.
        double length = InverseKinematicsExample.JOINTS.stream().skip(1).mapToDouble(j -> j.link().length()).sum();
        assertEquals(10 - length, arm.distance(angles, new Matrix4f(), target), 0.05);
    }

    @Test void itIsDrawn(@TempDir Path folder) throws IOException {
        float[][] places = arm.places(InverseKinematicsExample.bent(), new Matrix4f());
        ArmPicture.draw(List.of(places, places), new Vector3f[] {new Vector3f(), new Vector3f(1)}, folder.resolve("arm.png"));
        assertEquals(900, ImageIO.read(folder.resolve("arm.png").toFile()).getWidth());
    }

    private float[] angles() {
        var angles = new float[arm.joints()];
        for (int i = 0; i < angles.length; i++) angles[i] = (float) random.nextDouble(-1.5, 1.5);
        return angles;
    }
}

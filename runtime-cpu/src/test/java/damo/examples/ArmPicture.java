package damo.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.joml.Matrix4f;
import org.joml.Matrix4fc;
import org.joml.Vector3f;

/// Draws an arm in space, as seen from aside and above.
final class ArmPicture {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 640;
    private static final Color BLUE = new Color(0x1f77b4);
    private static final Color RED = new Color(0xd1495b);
    private static final Color GRAY = new Color(0xd8d8d8);
    private static final Matrix4fc VIEW = new Matrix4f().perspective(0.55f, (float) WIDTH / HEIGHT, 1, 20)
            .lookAt(4.6f, -4.4f, 2.8f, 0.45f, 0, 0.75f, 0, 0, 1);

    private ArmPicture() {}

    /// The arm at some of its poses, the later the darker, and the whole way that its hand had to go.
    static void draw(List<float[][]> poses, Vector3f[] way, Path png) throws IOException {
        var picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = picture.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, HEIGHT);
        floor(g);
        int shown = 9;
        for (int i = 0; i < shown; i++) arm(g, poses.get((poses.size() - 1) * i / (shown - 1)), 40 + 215 * i / (shown - 1));
        g.setColor(RED);
        g.setStroke(new BasicStroke(2));
        g.draw(line(way));
        g.dispose();
        ImageIO.write(picture, "png", png.toFile());
    }

    private static void floor(Graphics2D g) {
        g.setColor(GRAY);
        for (int i = -3; i <= 3; i++) {
            g.draw(line(new Vector3f(i / 2f, -1.5f, 0), new Vector3f(i / 2f, 1.5f, 0)));
            g.draw(line(new Vector3f(-1.5f, i / 2f, 0), new Vector3f(1.5f, i / 2f, 0)));
        }
    }

    private static void arm(Graphics2D g, float[][] places, int opacity) {
        var points = new Vector3f[places.length];
        for (int i = 0; i < places.length; i++) points[i] = new Vector3f(places[i]);
        g.setColor(new Color(BLUE.getRed(), BLUE.getGreen(), BLUE.getBlue(), opacity));
        g.setStroke(new BasicStroke(4, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(line(points));
        for (Vector3f point : points) {
            Vector3f p = onPaper(point);
            g.fill(new Ellipse2D.Float(p.x - 5, p.y - 5, 10, 10));
        }
    }

    private static Path2D line(Vector3f... points) {
        var line = new Path2D.Float();
        for (int i = 0; i < points.length; i++) {
            Vector3f p = onPaper(points[i]);
            if (i == 0) line.moveTo(p.x, p.y);
            else line.lineTo(p.x, p.y);
        }
        return line;
    }

    private static Vector3f onPaper(Vector3f place) {
        Vector3f p = VIEW.transformProject(place, new Vector3f());
        return p.set((p.x + 1) / 2 * WIDTH, (1 - p.y) / 2 * HEIGHT, 0);
    }
}

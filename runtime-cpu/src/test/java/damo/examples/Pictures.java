package damo.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Draws what the training found out.
final class Pictures {
    private static final Color BLUE = new Color(0x1f77b4);
    private static final Color RED = new Color(0xd1495b);
    private static final Color GRAY = new Color(0xe4e4e4);
    private static final List<Color> COLORS = List.of(BLUE, RED, new Color(0x3a9d5d));

    private Pictures() {}

    /// A line of a chart: its values at 1, 2, 3, …
    record Curve(String name, double[] values) {}

    /// Where pictures go: the folder that the property `damo.out` names, else `target/` and this name. It is made if it is not there.
    static Path folder(String name) throws IOException {
        return Files.createDirectories(Path.of(System.getProperty("damo.out", "target/" + name)).toAbsolutePath());
    }

    /// The loss after each epoch.
    static void lossCurve(double[] training, double[] heldOut, Path png, Path svg) throws IOException {
        XYChart chart = chart("Learning to read digits", "epoch", "cross entropy", new Curve("training", training), new Curve("held out", heldOut));
        chart.getStyler().setYAxisLogarithmic(true);
        ChartEncoder.saveChart(chart, png.toString(), "png");
        ChartEncoder.saveChart(chart, svg.toString(), "svg");
    }

    /// What changed from step to step, as a chart.
    static void curves(String title, String steps, String values, Path png, Curve... curves) throws IOException {
        XYChart chart = chart(title, steps, values, curves);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal);
        ChartEncoder.saveChart(chart, png.toString(), "png");
    }

    private static XYChart chart(String title, String steps, String values, Curve... curves) {
        XYChart chart = new XYChartBuilder().width(800).height(480).title(title).xAxisTitle(steps).yAxisTitle(values).build();
        chart.getStyler()
                .setPlotGridLinesColor(GRAY).setPlotGridLinesStroke(new BasicStroke(1))
                .setLegendPosition(LegendPosition.InsideNE).setLegendBorderColor(Color.WHITE)
                .setChartBackgroundColor(Color.WHITE).setPlotBorderVisible(false);
        for (int i = 0; i < curves.length; i++) {
            double[] x = IntStream.rangeClosed(1, curves[i].values.length).asDoubleStream().toArray();
            chart.addSeries(curves[i].name, x, curves[i].values).setMarker(SeriesMarkers.NONE).setLineColor(COLORS.get(i));
        }
        return chart;
    }

    /// The first dozen digits that were misread, with what they are and what was read.
    static void misread(DigitImages images, long[] read, Path png) throws IOException {
        int[] wrong = IntStream.range(0, images.count()).filter(i -> read[i] != images.labels()[i]).limit(12).toArray();
        int columns = 4;
        int pixel = 16;
        int tile = 8 * pixel;
        int width = tile + 24;
        int height = tile + 44;
        int rows = Math.max(1, Math.ceilDiv(wrong.length, columns));
        var picture = new BufferedImage(columns * width, rows * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = paper(picture);
        for (int i = 0; i < wrong.length; i++) {
            int left = i % columns * width + 12;
            int top = i / columns * height + 12;
            image(g, images.pixels()[wrong[i]], left, top, pixel);
            g.setColor(GRAY);
            g.drawRect(left, top, tile, tile);
            g.setColor(RED);
            g.drawString("%d, read as %d".formatted(images.labels()[wrong[i]], read[wrong[i]]), left, top + tile + 20);
        }
        g.dispose();
        ImageIO.write(picture, "png", png.toFile());
    }

    /// What digits were taken for after each of their rows, beside the row: blue when that is right.
    static void guesses(DigitImages images, long[][] guesses, Path png) throws IOException {
        int columns = 6;
        int pixel = 16;
        int width = 8 * pixel + 48;
        int height = 8 * pixel + 24;
        var picture = new BufferedImage(columns * width, Math.ceilDiv(images.count(), columns) * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = paper(picture);
        for (int i = 0; i < images.count(); i++) {
            int left = i % columns * width + 12;
            int top = i / columns * height + 12;
            image(g, images.pixels()[i], left, top, pixel);
            for (int row = 0; row < 8; row++) {
                g.setColor(guesses[i][row] == images.labels()[i] ? BLUE : RED);
                g.drawString(Long.toString(guesses[i][row]), left + 8 * pixel + 8, top + row * pixel + 14);
            }
        }
        g.dispose();
        ImageIO.write(picture, "png", png.toFile());
    }

    /// Images of 8×8 pixels side by side, from 0 (white) to 1 (black).
    static void tiles(float[][] images, int columns, Path png) throws IOException {
        int pixel = 5;
        int tile = 8 * pixel + 5;
        var picture = new BufferedImage(columns * tile + 5, Math.ceilDiv(images.length, columns) * tile + 5, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = paper(picture);
        for (int i = 0; i < images.length; i++) {
            int left = i % columns * tile + 5;
            int top = i / columns * tile + 5;
            image(g, images[i], left, top, pixel);
            g.setColor(GRAY);
            g.drawRect(left - 1, top - 1, 8 * pixel + 1, 8 * pixel + 1);
        }
        g.dispose();
        ImageIO.write(picture, "png", png.toFile());
    }

    /// Each image stretched to go from 0 to 1.
    static float[][] stretched(float[][] images) {
        var stretched = new float[images.length][];
        for (int i = 0; i < images.length; i++) {
            float[] image = images[i].clone();
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (float x : image) {
                low = Math.min(low, x);
                high = Math.max(high, x);
            }
            for (int p = 0; p < image.length; p++) image[p] = (image[p] - low) / (high - low);
            stretched[i] = image;
        }
        return stretched;
    }

    private static void image(Graphics2D g, float[] ink, int left, int top, int pixel) {
        for (int p = 0; p < ink.length; p++) {
            g.setColor(new Color(1 - ink[p], 1 - ink[p], 1 - ink[p]));
            g.fillRect(left + p % 8 * pixel, top + p / 8 * pixel, pixel, pixel);
        }
    }

    private static Graphics2D paper(BufferedImage picture) {
        Graphics2D g = picture.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        return g;
    }
}

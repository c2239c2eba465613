package damo.bench;

import java.awt.Color;
import java.util.List;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.style.Styler;

/// Each row's speed relative to each of its peers. The scale is logarithmic: twice as fast and half as fast are as far from 1.
final class Plot {
    private Plot() {}

    static HorizontalBarChart of(List<Row> rows, List<Way> columns, Measurements measured) {
        List<Row> shown = rows.stream().filter(row -> row.keys().size() > 1).toList();
        HorizontalBarChart chart = new HorizontalBarChartBuilder().width(1100).height(150 + Math.max(40, 10 * columns.size()) * shown.size())
                .title("Speed relative to peers")
                .xAxisTitle("log2(peer / Damo): right of 0, Damo is faster").build();
        for (Way way : columns.stream().filter(w -> w != Way.DAMO).toList())
            chart.addSeries(way.title, shown.stream().map(row -> relative(row, way, measured)).toList(), shown.stream().map(Row::text).toList());
        // A label for every bar, not for every third.
        chart.getStyler().setXAxisMaxLabelCount(shown.size()).setXAxisTickMarkSpacingHint(1).setYAxisTickMarkSpacingHint(1)
                .setLegendPosition(Styler.LegendPosition.OutsideS).setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    private static Double relative(Row row, Way way, Measurements measured) {
        if (!row.keys().containsKey(way)) return 0.0;
        double ratio = measured.micros(row.keys().get(way)) / measured.micros(row.keys().get(Way.DAMO));
        return Math.round(100 * Math.log(ratio) / Math.log(2)) / 100.0;
    }
}

package damo.kernel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A piece of a kernel's text, and the rows of it, from 0, on which a [Buffer] is stored and the loop over an [Axis] begins.
record Located(String text, Map<Record, Integer> rows) {
    static Located of(String text) {
        return new Located(text, new HashMap<>());
    }

    /// Each piece on lines of its own, after `pad`.
    static Located lines(List<Located> pieces, String pad) {
        var text = new StringBuilder();
        var rows = new HashMap<Record, Integer>();
        int row = 0;
        for (Located piece : pieces) {
            for (var e : piece.rows.entrySet()) rows.putIfAbsent(e.getKey(), row + e.getValue());
            text.append(pad).append(piece.text).append('\n');
            row += 1 + breaks(piece.text);
        }
        return new Located(text.toString(), rows);
    }

    /// This between two others.
    Located within(String before, String after) {
        int down = breaks(before);
        if (down > 0) rows.replaceAll((what, row) -> row + down);
        return new Located(before + text + after, rows);
    }

    /// The same text: `what`, a [Buffer] or an [Axis], is on this row.
    Located at(Record what, int row) {
        rows.putIfAbsent(what, row);
        return this;
    }

    private static int breaks(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }
}

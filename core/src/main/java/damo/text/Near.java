package damo.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Names like the one that was asked for, for messages.
public final class Near {
    private Near() {}

    /// The names closest to `asked`, at most three, best first; none if all are far.
    public static List<String> names(String asked, Collection<String> known) {
        int limit = Math.max(2, asked.length() / 2);
        return known.stream().filter(k -> distance(asked, k) <= limit)
                .sorted(Comparator.comparingInt((String k) -> distance(asked, k)).thenComparing(Comparator.naturalOrder())).limit(3).toList();
    }

    /// `; did you mean a or b?`, or nothing if no name is close.
    public static String hint(String asked, Collection<String> known) {
        List<String> near = names(asked, known);
        return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
    }

    /// The least number of inserted, removed and changed characters.
    private static int distance(String a, String b) {
        var row = new ArrayList<Integer>();
        for (int j = 0; j <= b.length(); j++) row.add(j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row.set(0, i);
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row.get(j);
                row.set(j, Math.min(change, Math.min(row.get(j), row.get(j - 1)) + 1));
            }
        }
        return row.getLast();
    }
}

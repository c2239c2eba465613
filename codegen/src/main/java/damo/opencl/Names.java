package damo.opencl;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// C names for things of a kernel. Those end with `_`, so that they are no word of C, none of its functions, and none of our variables.
final class Names {
    private final Map<Object, String> known = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private int variables;

    /// The name of `thing`, which is called `wanted` in the IR.
    String of(Object thing, String wanted) {
        return known.computeIfAbsent(thing, _ -> {
            String letters = wanted.replaceAll("[^A-Za-z0-9_]", "_");
            String base = letters.isEmpty() || Character.isDigit(letters.charAt(0)) ? "_" + letters : letters;
            String name = base + "_";
            for (int i = 2; !taken.add(name); i++) name = base + "_" + i + "_";
            return name;
        });
    }

    /// A new variable.
    String variable() {
        return "v" + ++variables;
    }
}

package damo.jvm;

import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.IALOAD;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.MethodVisitor;

/// The extents that code is for: where each lies among the symbols that [KernelCode#run] gets, and those that are known beforehand, which are
/// constants of the code. Statements are the same for both, and so is the order of sums; HotSpot knows more of how often loops go round.
///
/// @param places by name
/// @param known by name; a call brings just these
public record Symbols(Map<String, Integer> places, Map<String, Integer> known) {
    /// Symbols in this order, none of them known.
    public static Symbols of(List<String> names) {
        Map<String, Integer> places = new LinkedHashMap<>();
        for (String name : names) places.put(name, places.size());
        return new Symbols(places, Map.of());
    }

    /// The same code for calls with these extents, of the first symbols.
    public Symbols at(int[] extents) {
        Map<String, Integer> constants = new LinkedHashMap<>();
        places.forEach((name, place) -> {
            if (place < extents.length) constants.put(name, extents[place]);
        });
        return new Symbols(places, constants);
    }

    /// Whether a call brings `name`.
    boolean has(String name) {
        return places.containsKey(name);
    }

    /// Pushes an extent; `array` is the local variable of what a call brings.
    void push(MethodVisitor mv, int array, String name) {
        if (known.containsKey(name)) {
            ScalarLanes.integer(mv, known.get(name));
            return;
        }
        mv.visitVarInsn(ALOAD, array);
        ScalarLanes.integer(mv, places.get(name));
        mv.visitInsn(IALOAD);
    }
}

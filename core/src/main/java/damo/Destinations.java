package damo;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.lang.reflect.Array;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Where the outputs of one call go. What the program can write itself it writes; the rest is copied from fresh arrays.
///
/// @param direct per output an array for the program to write, or `null`
/// @param copied per output a Java array or JOML value to copy into, or `null`
record Destinations(String function, List<Variable> outputs, NDArray[] direct, Object[] copied) {
    /// Destinations for these outputs, each a whole [NDArray], a Java array, a JOML value, or `null` for a fresh array.
    static Destinations of(String function, List<Variable> outputs, Object[] targets) {
        if (targets.length != outputs.size())
            throw new DamoException("%s: %d destinations for %d outputs; pass one for each, null for a fresh array"
                    .formatted(function, targets.length, outputs.size()));
        var all = new Destinations(function, outputs, new NDArray[targets.length], new Object[targets.length]);
        Set<Object> taken = targets.length < 2 ? null : Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] == null) continue;
            all.place(function, i, outputs.get(i), targets[i]);
            if (taken != null && !taken.add(targets[i] instanceof NDArray a ? a.storage() : targets[i]))
                throw new DamoException("%s is that of another output, too; each needs its own".formatted(what(function, i, outputs.get(i))));
        }
        return all;
    }

    private static String what(String function, int i, Variable output) {
        return "%s: the destination of output %d (%s)".formatted(function, i, output.label());
    }

    private void place(String function, int i, Variable output, Object target) {
        DType dtype = output.dtype();
        if (target instanceof NDArray array) {
            if (array.dtype() != dtype || array.rank() != output.rank() || !array.isWhole())
                throw new DamoException("%s needs %s, but is %s%s".formatted(what(function, i, output), output.type(), array.type(),
                        array.isWhole() ? "" : ", a view; pass a whole array: NDArray.zeros or wrap"));
            direct[i] = array;
        } else if (target.getClass() == dtype.storage() && output.rank() == 1) {
            direct[i] = NDArray.wrap(dtype, target, Array.getLength(target));
        } else if (target.getClass() == dtype.storage() && output.rank() == 0 && Array.getLength(target) == 1) {
            direct[i] = NDArray.wrap(dtype, target);
        } else {
            Class<?> leaf = JavaTypes.leaf(target.getClass());
            DType held = JavaTypes.isJoml(leaf) ? NDArray.of(target).dtype() : leaf.isPrimitive() ? JavaTypes.dtype(leaf) : null;
            boolean fits = leaf == dtype.storage().componentType() || held != null && Arguments.widens(dtype, held);
            if (!fits)
                throw new DamoException(("%s is a %s, which cannot hold %s;"
                        + " pass an NDArray, a Java array or a JOML value of this dtype, or cast the output")
                        .formatted(what(function, i, output), target.getClass().getSimpleName(), output.type()));
            copied[i] = target;
        }
    }

    /// Whether [#deliver] may fail: it has something to do.
    boolean mayFail() {
        for (Object target : copied) if (target != null) return true;
        return false;
    }

    /// Copies what the program could not write itself.
    ///
    /// @throws DamoException if a shape differs
    void deliver(NDArray[] results) {
        for (int i = 0; i < copied.length; i++) {
            if (copied[i] == null) continue;
            try {
                if (copied[i].getClass().isArray()) results[i].copyTo(copied[i]);
                else results[i].to(copied[i]);
            } catch (DamoException e) {
                throw new DamoException("%s: %s".formatted(what(function, i, outputs.get(i)), e.getMessage()), e);
            }
        }
    }
}

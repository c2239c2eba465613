package damo.cpu;

import damo.CompilerBug;
import damo.jvm.EntryClass;
import damo.jvm.KernelClass;
import damo.jvm.KernelCode;
import damo.jvm.Symbols;
import damo.kernel.Buffer;
import damo.kernel.Dump;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.plan.Division;
import damo.spi.Entry;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Makes emitted bytes run: as hidden classes, so that a dropped function is collected, unless someone looks at the dumps.
final class Loader {
    /// A class file names at most 65,535 constants; with so many kernels a class stays far below.
    private static final int KERNELS_OF_A_CLASS = 100, ENTRIES_OF_A_CLASS = 1 << 10;

    private Loader() {}

    /// Code, and the numbers by which it runs kernels and loops; a loop without a number is done step by step. A kernel without a division is
    /// done as a whole. `vectors` are the names of the kernels that have vectors.
    record Loaded(KernelCode code, Map<Kernel, Integer> kernels, Map<Step.Loop, Integer> loops, Map<Kernel, Division> divisions,
            Set<String> vectors) {
        /// Whether both run the same things by the same numbers.
        boolean agrees(Loaded other) {
            return agree(kernels, other.kernels) && agree(loops, other.loops);
        }

        private static <K> boolean agree(Map<K, Integer> a, Map<K, Integer> b) {
            return a.size() == b.size() && a.entrySet().stream().allMatch(e -> e.getValue().equals(b.get(e.getKey())));
        }
    }

    /// The code of `kernels` and of the loops around them.
    ///
    /// @param vectorBits the bits of a vector, 0 for code without
    /// @param extents those that calls bring, if they all bring the same; else none
    /// @throws damo.jvm.MethodTooLarge if a kernel is too large to be compiled
    static Loaded load(Program program, Listing listing, List<Kernel> kernels, Values values, Map<Buffer, Integer> positions, int vectorBits,
            int... extents) {
        synchronized (values) {                                        // the pool grows while code is emitted
            return emit(program, kernels, classes(program, listing, kernels, values, positions, vectorBits, extents));
        }
    }

    /// The class files of the same.
    static List<byte[]> classFiles(Program program, Listing listing, List<Kernel> kernels, Values values, Map<Buffer, Integer> positions,
            int vectorBits) {
        synchronized (values) {
            return classes(program, listing, kernels, values, positions, vectorBits).stream().map(KernelClass::bytes).toList();
        }
    }

    private static List<Kernel> part(List<Kernel> kernels, int number) {
        return kernels.subList(number * KERNELS_OF_A_CLASS, Math.min(kernels.size(), (number + 1) * KERNELS_OF_A_CLASS));
    }

    private static List<KernelClass> classes(Program program, Listing listing, List<Kernel> kernels, Values values,
            Map<Buffer, Integer> positions, int bits, int... extents) {
        List<String> names = Stream.concat(program.symbols().stream(), program.counters().stream()).toList();
        Symbols symbols = Symbols.of(names).at(extents);
        var loops = new KernelClass.Loops(Kernels.loops(program), program.checks(), names.size());
        Map<Kernel, Step.Compute> steps = Kernels.steps(program);
        return IntStream.range(0, Math.ceilDiv(kernels.size(), KERNELS_OF_A_CLASS)).mapToObj(number -> KernelClass.of(className(program), values,
                part(kernels, number), steps, loops, positions, symbols, listing, bits)).toList();
    }

    private static Loaded emit(Program program, List<Kernel> kernels, List<KernelClass> classes) {
        var parts = new ArrayList<KernelCode>();
        Map<Kernel, Integer> ofKernels = new IdentityHashMap<>();
        Map<Step.Loop, Integer> ofLoops = new IdentityHashMap<>();
        Map<Kernel, Division> divisions = new IdentityHashMap<>();
        Set<String> vectors = new HashSet<>();
        for (KernelClass emitted : classes) {
            int entry = parts.size() * ENTRIES_OF_A_CLASS;
            for (Kernel kernel : part(kernels, parts.size())) ofKernels.put(kernel, entry++);
            for (Step.Loop loop : emitted.loops()) ofLoops.put(loop, entry++);
            divisions.putAll(emitted.divisions());
            vectors.addAll(emitted.vectors());
            parts.add((KernelCode) (Dump.isOn() ? visible(emitted.bytes(), program) : hidden(emitted.bytes(), program)));
        }
        KernelCode code = parts.size() == 1 ? parts.getFirst()
                : (entry, buffers, sizes, from, to) ->
                        parts.get(entry / ENTRIES_OF_A_CLASS).run(entry % ENTRIES_OF_A_CLASS, buffers, sizes, from, to);
        return new Loaded(code, ofKernels, ofLoops, divisions, vectors);
    }

    /// Whether a hidden class of this package can mention `type`: it is public for us, and its name means the same to us.
    static boolean sees(Class<?> type) {
        if (type.isPrimitive() || type.isArray()) return true;
        try {
            Loader.class.getModule().addReads(type.getModule());
            return MethodHandles.lookup().accessClass(type) == Class.forName(type.getName(), false, Loader.class.getClassLoader());
        } catch (ClassNotFoundException | IllegalAccessException e) {
            return false;
        }
    }

    /// An implementation of an interface by straight-line code.
    ///
    /// @throws damo.jvm.MethodTooLarge if it is too large to be compiled
    static <T> T entry(Entry<T> entry, Program program, Listing listing, Values values) {
        byte[] bytes;
        synchronized (values) {
            bytes = EntryClass.of(className(program), entry, values, program, listing);
        }
        try {
            Class<?> made = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
            return entry.type().cast(made.getConstructor(entry.type()).newInstance(entry.general()));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new CompilerBug("load", e, program.toString());
        }
    }

    /// Hidden classes live in the package of the class that defines them.
    static String className(Program program) {
        return "damo/cpu/" + program.name().replaceAll("[^A-Za-z0-9_]", "_");
    }

    private static Object hidden(byte[] bytes, Program program) {
        try {
            return MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass().getConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new CompilerBug("load", e, program.toString());
        }
    }

    /// As an ordinary class, alone in a class loader: the JVM leaves hidden classes out of stack traces.
    private static Object visible(byte[] bytes, Program program) {
        var loader = new ClassLoader(Loader.class.getClassLoader()) {
            Class<?> define() {
                return defineClass(className(program).replace('/', '.'), bytes, 0, bytes.length);
            }
        };
        try {
            return loader.define().getConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new CompilerBug("load", e, program.toString());
        }
    }
}

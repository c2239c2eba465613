package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.math.Expansions;
import damo.plan.Contraction;
import damo.plan.Division;
import damo.plan.Repeated;
import damo.plan.Roots;
import damo.plan.Schedule;
import damo.plan.Stmt;
import damo.plan.Vectorization;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits one class with a method for each kernel and each loop.
///
/// @param name its internal name, as `damo/cpu/f`
/// @param bytes the class file; the class has a public constructor without parameters and implements [KernelCode]
/// @param sizes the bytes of bytecode of each kernel
/// @param loops the loops that are methods of their own; they run by the numbers after those of the kernels
/// @param divisions the kernels that can be done in parts
/// @param vectors the kernels that are done with vectors, in part at least
public record KernelClass(String name, byte[] bytes, Map<String, Integer> sizes, List<Step.Loop> loops, Map<Kernel, Division> divisions,
        Set<String> vectors) {
    static final String DESCRIPTOR = "([Ljava/lang/Object;[III)V", LOOP = "([Ljava/lang/Object;[I)V";
    private static final int FROM = 2, TO = 3;                         // local variables of a kernel: its part of a divided axis
    private static final int FREE = 4;

    /// Loops that are to be methods.
    ///
    /// @param wanted loops of a program
    /// @param checks all checks of the program. One that fails ends the loop's method, and its number, from 1, is at `failure` of the symbols
    /// @param failure a place of the symbols that is 0 before
    public record Loops(List<Step.Loop> wanted, List<Step.Check> checks, int failure) {
        /// No loops.
        public static final Loops NONE = new Loops(List.of(), List.of(), -1);
    }

    /// The class of these kernels, whose values are of one pool. Kernels run by their number in the list.
    ///
    /// @param name the internal name of the class
    /// @param loops loops around these kernels
    /// @param buffers where each buffer's array lies among those that [KernelCode#run] gets
    /// @param symbols the extents
    /// @param listing the text that the class's line numbers mean, which lies in [#source(String)]
    /// @param vectorBits the bits of a vector, if `jdk.incubator.vector` is there; 0 for code without vectors, which does the same bit for bit
    /// @throws MethodTooLarge if a kernel is too large to be compiled
    public static KernelClass of(String name, Values values, List<Kernel> kernels, Loops loops, Map<Buffer, Integer> buffers,
            Symbols symbols, Listing listing, int vectorBits) {
        return of(name, values, kernels, Map.of(), loops, buffers, symbols, listing, vectorBits);
    }

    /// The same, where these steps run some of the kernels.
    public static KernelClass of(String name, Values values, List<Kernel> kernels, Map<Kernel, Step.Compute> steps, Loops loops,
            Map<Buffer, Integer> buffers, Symbols symbols, Listing listing, int vectorBits) {
        var looped = new HashSet<String>();
        while (true)
            try {
                return of(name, values, kernels, steps, loops, buffers, symbols, listing, vectorBits, looped);
            } catch (MethodTooLarge e) {
                if (!looped.add(e.kernel())) throw e;                  // it is not that short loops were unrolled
            }
    }

    /// The name of the file that the class of this internal name says it was made from.
    public static String source(String name) {
        return name.substring(name.lastIndexOf('/') + 1) + ".kernel";
    }

    private static KernelClass of(String name, Values values, List<Kernel> kernels, Map<Kernel, Step.Compute> steps, Loops loops,
            Map<Buffer, Integer> buffers, Symbols symbols, Listing listing, int vectorBits, Set<String> looped) {
        ClassWriter writer = writer();
        String[] interfaces = {Type.getInternalName(KernelCode.class), Type.getInternalName(Epilogue.class)};
        writer.visit(V21, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, name, null, "java/lang/Object", interfaces);
        writer.visitSource(source(name), null);
        constructor(writer);
        var helpers = new Helpers(writer, name);
        var sizes = new LinkedHashMap<String, Integer>();
        Map<Kernel, List<Stmt>> scheduled = new IdentityHashMap<>();
        Map<Kernel, Integer> methods = new IdentityHashMap<>();
        Map<Kernel, Division> divisions = new IdentityHashMap<>();
        var vectors = new HashSet<String>();
        var epilogues = new TreeSet<Integer>();
        for (Kernel kernel : kernels) {
            int number = methods.size();
            methods.put(kernel, number);
            var caller = new ProductCode.Caller(name, number);
            List<Stmt> statements = List.of();
            Vectorization vectorization = Vectorization.NONE;
            Method method = null;
            Step.Compute step = steps.getOrDefault(kernel, new Step.Launch(kernel));
            for (List<Stmt> way : scheduled(values, step, vectorBits, !looped.contains(kernel.name()))) {
                statements = way;
                Optional<Division> division = Division.of(kernel, statements);
                division.ifPresent(d -> divisions.put(kernel, d));
                method = new Method(helpers, caller, division.map(Division::axis), listing.of(kernel), buffers, symbols);
                vectorization = Vectorization.of(values, statements, vectorBits);
                if (vectorization.isAny() && method.emit(writer(), statements, vectorization, epilogues) <= MethodTooLarge.LIMIT) break;
                vectorization = Vectorization.NONE;
            }
            scheduled.put(kernel, statements);
            if (vectorization.isAny()) vectors.add(kernel.name());
            int size = method.emit(writer, statements, vectorization, epilogues);
            if (size > MethodTooLarge.LIMIT) throw new MethodTooLarge(kernel.name(), size);
            sizes.put(kernel.name(), size);
        }
        var emitted = new ArrayList<Step.Loop>();
        var around = new LoopCode.Surroundings(name, methods, scheduled, loops, buffers, symbols, listing);
        for (Step.Loop loop : loops.wanted) {
            if (!LoopCode.suits(loop) || !methods.keySet().containsAll(LoopCode.kernels(loop))) continue;
            int size = loop(writer().visitMethod(ACC_STATIC, "l", LOOP, null, null), helpers, around, loop);
            if (size > MethodTooLarge.LIMIT) continue;                 // its steps are then done one by one
            loop(writer.visitMethod(ACC_STATIC, "l" + emitted.size(), LOOP, null, null), helpers, around, loop);
            emitted.add(loop);
        }
        helpers.copy();
        dispatch(writer, name, kernels.size(), emitted.size());
        ProductCode.dispatch(writer, name, epilogues);
        writer.visitEnd();
        return new KernelClass(name, writer.toByteArray(), sizes, emitted, divisions, vectors);
    }

    /// The ways to do a kernel, all but the last for vectors only.
    private static List<List<Stmt>> scheduled(Values values, Step.Compute step, int vectorBits, boolean unroll) {
        Kernel expanded = Expansions.expand(values, step.kernel());
        MethodTooLarge.check(expanded);
        return switch (step) {
            case Step.Launch _, Step.Strip _ -> List.of(Schedule.joined(values, expanded, unroll));
            case Step.Contract _ -> List.of(Contraction.of(values, expanded));
            case Step.Repeat repeat when vectorBits > 0 -> List.of(Repeated.inRegisters(values, repeat, expanded),
                    Repeated.inMemory(values, repeat, expanded));
            case Step.Repeat repeat -> List.of(Repeated.inMemory(values, repeat, expanded));
        };
    }

    private static int loop(MethodVisitor mv, Helpers helpers, LoopCode.Surroundings around, Step.Loop loop) {
        mv.visitCode();
        var start = new Label();
        mv.visitLabel(start);
        new LoopCode(mv, helpers, around).method(loop);
        return finish(mv, start);
    }

    /// Frames are computed; types other than arrays and numbers are never merged.
    static ClassWriter writer() {
        return new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override protected String getCommonSuperClass(String a, String b) {
                return "java/lang/Object";
            }
        };
    }

    static void constructor(ClassWriter writer) {
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
        mv.visitCode();
        mv.visitVarInsn(ALOAD, 0);
        mv.visitMethodInsn(INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    private static void dispatch(ClassWriter writer, String name, int kernels, int loops) {
        int count = kernels + loops;
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, "run", "(I[Ljava/lang/Object;[III)V", null, null);
        mv.visitCode();
        var labels = new Label[count];
        Arrays.setAll(labels, i -> new Label());
        var none = new Label();
        mv.visitVarInsn(ILOAD, 1);
        mv.visitTableSwitchInsn(0, count - 1, none, labels);
        for (int i = 0; i < count; i++) {
            mv.visitLabel(labels[i]);
            mv.visitVarInsn(ALOAD, 2);
            mv.visitVarInsn(ALOAD, 3);
            if (i < kernels) {
                mv.visitVarInsn(ILOAD, 4);
                mv.visitVarInsn(ILOAD, 5);
            }
            mv.visitMethodInsn(INVOKESTATIC, name, i < kernels ? "k" + i : "l" + (i - kernels), i < kernels ? DESCRIPTOR : LOOP, false);
            mv.visitInsn(RETURN);
        }
        mv.visitLabel(none);
        mv.visitTypeInsn(NEW, "java/lang/IndexOutOfBoundsException");
        mv.visitInsn(DUP);
        mv.visitVarInsn(ILOAD, 1);
        mv.visitMethodInsn(INVOKESPECIAL, "java/lang/IndexOutOfBoundsException", "<init>", "(I)V", false);
        mv.visitInsn(ATHROW);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    /// The methods of one kernel: its own, and that of what it does after a product of matrices.
    private record Method(Helpers helpers, ProductCode.Caller caller, Optional<Axis> range, Listing.Lines lines, Map<Buffer, Integer> buffers,
            Symbols symbols) {
        /// The size of the larger one.
        int emit(ClassWriter writer, List<Stmt> statements, Vectorization vectorization, Set<Integer> epilogues) {
            MethodVisitor mv = writer.visitMethod(ACC_STATIC, "k" + caller.kernel(), DESCRIPTOR, null, null);
            int size = emit(mv, statements, vectorization, FREE, method -> {
                range.ifPresent(axis -> method.divide(axis, FROM));
                method.products(caller);
            });
            for (Stmt.Multiply product : ProductCode.products(statements)) {
                if (product.after().isEmpty()) continue;
                epilogues.add(caller.kernel());
                size = Math.max(size, emit(ProductCode.method(writer, caller), product.after().get().body(), vectorization, ProductCode.FREE,
                        method -> ProductCode.known(method, product)));
            }
            return size;
        }

        private int emit(MethodVisitor mv, List<Stmt> statements, Vectorization vectorization, int free, Consumer<KernelMethod> known) {
            mv.visitCode();
            var start = new Label();
            mv.visitLabel(start);
            var method = new KernelMethod(mv, new ScalarLanes(mv, helpers), free, vectorization);
            known.accept(method);
            Roots needs = Roots.of(statements);
            for (Buffer buffer : needs.buffers) {
                if (!buffers.containsKey(buffer)) continue;            // the method knows it
                int local = method.values.local(DType.INT32);
                mv.visitVarInsn(ALOAD, 0);
                ScalarLanes.integer(mv, buffers.get(buffer));
                mv.visitInsn(AALOAD);
                mv.visitTypeInsn(CHECKCAST, Type.getInternalName(buffer.dtype().storage()));
                mv.visitVarInsn(ASTORE, local);
                method.values.array(buffer, local);
            }
            for (String symbol : needs.symbols) {
                if (!symbols.has(symbol)) continue;
                int local = method.values.local(DType.INT32);
                symbols.push(mv, 1, symbol);
                mv.visitVarInsn(ISTORE, local);
                method.values.symbol(symbol, local);
            }
            method.kernel(statements, lines);
            mv.visitInsn(RETURN);
            return finish(mv, start);
        }
    }

    /// Ends a method that began at `start`, unless it is too large, and tells its size.
    static int finish(MethodVisitor mv, Label start) {
        var end = new Label();
        mv.visitLabel(end);
        int size = end.getOffset() - start.getOffset();
        if (size > MethodTooLarge.LIMIT) return size;
        mv.visitMaxs(0, 0);
        mv.visitEnd();
        return size;
    }
}

package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Loads;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.plan.Roots;
import damo.plan.Stmt;
import damo.plan.Vectorization;
import damo.type.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits a loop of a program, those within it too, as one method: kernels of scalars are in place and keep what they store in local variables,
/// other kernels are called, states change places among the arrays.
final class LoopCode {
    private static final int BUFFERS = 0, SYMBOLS = 1;

    /// What a loop's method is surrounded by.
    ///
    /// @param owner the class
    /// @param methods the number of the method of each kernel
    /// @param statements the kernels, scheduled
    /// @param loops what is known of the program's loops
    record Surroundings(String owner, Map<Kernel, Integer> methods, Map<Kernel, List<Stmt>> statements, KernelClass.Loops loops,
            Map<Buffer, Integer> positions, Symbols symbols, Listing listing) {}

    private final MethodVisitor mv;
    private final Surroundings around;
    private final Map<Buffer, Integer> positions;
    private final Symbols symbols;
    private final ScalarLanes lanes;
    private final KernelMethod walk;
    private final Map<Buffer, Integer> locals = new LinkedHashMap<>();     // of scalars
    private final Map<Buffer, Integer> arrays = new HashMap<>();
    private final Map<String, Integer> known = new HashMap<>();            // local variables of symbols
    private final Set<Buffer> read = new HashSet<>();                      // by kernels that are called

    LoopCode(MethodVisitor mv, Helpers helpers, Surroundings around) {
        this.mv = mv;
        this.around = around;
        this.positions = around.positions;
        this.symbols = around.symbols;
        this.lanes = new ScalarLanes(mv, helpers);
        this.walk = new KernelMethod(mv, lanes, 2, Vectorization.NONE);
    }

    /// Whether the host is not called in `loop`.
    static boolean suits(Step.Loop loop) {
        return loop.all().noneMatch(Step.Call.class::isInstance);
    }

    /// The kernels in `loop`, in order.
    static List<Kernel> kernels(Step.Loop loop) {
        return loop.all().filter(Step.Compute.class::isInstance).map(step -> ((Step.Compute) step).kernel()).toList();
    }

    /// The whole method.
    void method(Step.Loop loop) {
        List<Kernel> kernels = kernels(loop);
        Set<Buffer> stored = new LinkedHashSet<>();
        Set<Buffer> remote = new HashSet<>();                              // stored by kernels that are called
        for (Kernel kernel : kernels) {
            if (!isInline(kernel)) read.addAll(Loads.of(kernel));
            for (Store s : kernel.stores()) (isInline(kernel) ? stored : remote).add(s.to());
        }
        loops(loop).forEach(l -> l.carries().forEach(c -> stored.addAll(List.of(c.state(), c.next()))));
        for (Buffer b : stored) if (b.rank() == 0 && !remote.contains(b)) locals.put(b, walk.values.local(b.dtype()));
        for (Kernel kernel : kernels) if (isInline(kernel)) reach(Roots.of(around.statements.get(kernel)));
        locals.forEach((b, local) -> {
            array(b);
            mv.visitInsn(ICONST_0);
            lanes.load(b.dtype());
            lanes.set(b.dtype(), local);
            walk.values.scalar(b, local);
        });
        loop(loop);
        locals.keySet().forEach(this::keep);
        mv.visitInsn(RETURN);
    }

    private static Stream<Step.Loop> loops(Step.Loop loop) {
        return Stream.concat(Stream.of(loop), loop.all().filter(Step.Loop.class::isInstance).map(Step.Loop.class::cast));
    }

    private boolean isInline(Kernel kernel) {
        return kernel.axes().isEmpty() && around.statements.get(kernel).stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Put);
    }

    /// Puts what statements need into local variables.
    private void reach(Roots needs) {
        needs.buffers.forEach(this::reach);
        needs.symbols.forEach(this::symbol);
    }

    private void reach(Buffer b) {
        if (locals.containsKey(b) || arrays.containsKey(b)) return;
        int local = walk.values.local(DType.INT32);
        array(b);
        mv.visitVarInsn(ASTORE, local);
        arrays.put(b, local);
        walk.values.array(b, local);
    }

    /// Pushes the array of `b`, as it is now.
    private void array(Buffer b) {
        mv.visitVarInsn(ALOAD, BUFFERS);
        ScalarLanes.integer(mv, positions.get(b));
        mv.visitInsn(AALOAD);
        mv.visitTypeInsn(CHECKCAST, Type.getInternalName(b.dtype().storage()));
    }

    private int symbol(String name) {
        if (known.containsKey(name)) return known.get(name);
        int local = walk.values.local(DType.INT32);
        symbols.push(mv, SYMBOLS, name);
        mv.visitVarInsn(ISTORE, local);
        known.put(name, local);
        walk.values.symbol(name, local);
        return local;
    }

    private void loop(Step.Loop loop) {
        int i = symbol(loop.index());
        var test = new Label();
        var done = new Label();
        mv.visitInsn(ICONST_0);
        mv.visitVarInsn(ISTORE, i);
        mv.visitLabel(test);
        mv.visitVarInsn(ILOAD, i);
        steps(loop.steps());
        mv.visitJumpInsn(IF_ICMPGE, done);
        if (kernels(loop).stream().anyMatch(k -> !isInline(k))) {
            mv.visitVarInsn(ALOAD, SYMBOLS);
            ScalarLanes.integer(mv, symbols.places().get(loop.index()));
            mv.visitVarInsn(ILOAD, i);
            mv.visitInsn(IASTORE);
        }
        for (Step step : loop.body()) step(step);
        int ended = walk.values.local(DType.BOOL);
        loop.until().ifPresent(b -> {
            scalar(b);
            mv.visitVarInsn(ISTORE, ended);
        });
        carry(loop.carries());
        if (loop.until().isPresent()) {
            mv.visitVarInsn(ILOAD, ended);
            mv.visitJumpInsn(IFNE, done);
        }
        mv.visitIincInsn(i, 1);
        mv.visitJumpInsn(GOTO, test);
        mv.visitLabel(done);
    }

    private void steps(Value steps) {
        switch (steps.op()) {
            case Scalar.Whole(var n) -> ScalarLanes.integer(mv, (int) n);
            case Scalar.Symbol(var name) -> symbols.push(mv, SYMBOLS, name);
            case Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _,
                 Scalar.Choose _, Scalar.Fold _ ->
                throw new CompilerBug("emit", "a loop has a computed number of steps", steps.toString());
        }
    }

    private void step(Step step) {
        switch (step) {
            case Step.Launch(var kernel) when isInline(kernel) -> {
                walk.kernel(around.statements.get(kernel), around.listing.of(kernel));
                kernel.stores().stream().map(Store::to).filter(b -> locals.containsKey(b) && read.contains(b)).forEach(this::keep);
            }
            case Step.Compute compute -> {
                mv.visitVarInsn(ALOAD, BUFFERS);
                mv.visitVarInsn(ALOAD, SYMBOLS);
                mv.visitInsn(ICONST_0);
                ScalarLanes.integer(mv, Integer.MAX_VALUE);
                mv.visitMethodInsn(INVOKESTATIC, around.owner, "k" + around.methods.get(compute.kernel()), KernelClass.DESCRIPTOR, false);
            }
            case Step.Loop inner -> loop(inner);
            case Step.Strips strips -> strips.kernels().forEach(this::step);
            case Step.Branch(var condition, var then, var otherwise) -> {
                var no = new Label();
                var end = new Label();
                scalar(condition);
                mv.visitJumpInsn(IFEQ, no);
                then.forEach(this::step);
                mv.visitJumpInsn(GOTO, end);
                mv.visitLabel(no);
                otherwise.forEach(this::step);
                mv.visitLabel(end);
            }
            case Step.Check check -> {
                var holds = new Label();
                scalar(check.condition());
                mv.visitJumpInsn(IFNE, holds);
                mv.visitVarInsn(ALOAD, SYMBOLS);
                ScalarLanes.integer(mv, around.loops.failure());
                ScalarLanes.integer(mv, around.loops.checks().indexOf(check) + 1);
                mv.visitInsn(IASTORE);
                mv.visitInsn(RETURN);
                mv.visitLabel(holds);
            }
            case Step.Call call -> throw new CompilerBug("emit", "the host is not called in a loop that runs by itself", call.toString());
        }
    }

    /// Pushes the only element of `b`.
    private void scalar(Buffer b) {
        if (locals.containsKey(b)) {
            lanes.get(b.dtype(), locals.get(b));
            return;
        }
        array(b);
        mv.visitInsn(ICONST_0);
        lanes.load(b.dtype());
    }

    /// Stores the local variable of `b` where others find it.
    private void keep(Buffer b) {
        array(b);
        mv.visitInsn(ICONST_0);
        lanes.get(b.dtype(), locals.get(b));
        lanes.store(b.dtype());
    }

    /// Scalars are copied, larger states exchange their arrays; all are read before one is written.
    private void carry(List<Step.Carry> carries) {
        List<Step.Carry> scalars = carries.stream().filter(c -> c.state().rank() == 0).toList();
        List<Step.Carry> tensors = carries.stream().filter(c -> c.state().rank() > 0).toList();
        int[] values = scalars.stream().mapToInt(c -> walk.values.local(c.state().dtype())).toArray();
        for (int i = 0; i < values.length; i++) {
            scalar(scalars.get(i).next());
            lanes.set(scalars.get(i).state().dtype(), values[i]);
        }
        for (int i = 0; i < values.length; i++) {
            Buffer state = scalars.get(i).state();
            Integer local = locals.get(state);
            if (local == null) {
                array(state);
                mv.visitInsn(ICONST_0);
            }
            lanes.get(state.dtype(), values[i]);
            if (local == null) lanes.store(state.dtype());
            else lanes.set(state.dtype(), local);
            if (local != null && read.contains(state)) keep(state);
        }
        exchange(Step.Exchange.of(tensors));
    }

    private void exchange(Step.Exchange exchange) {
        int count = exchange.to().size();
        int[] moved = new int[count];
        for (int i = 0; i < count; i++) {
            moved[i] = walk.values.local(DType.INT32);
            array(exchange.from().get(i));
            mv.visitVarInsn(ASTORE, moved[i]);
        }
        for (int i = 0; i < count; i++) {
            Buffer to = exchange.to().get(i);
            mv.visitVarInsn(ALOAD, BUFFERS);
            ScalarLanes.integer(mv, positions.get(to));
            mv.visitVarInsn(ALOAD, moved[i]);
            mv.visitInsn(AASTORE);
            if (arrays.containsKey(to)) {
                mv.visitVarInsn(ALOAD, moved[i]);
                mv.visitVarInsn(ASTORE, arrays.get(to));
            }
        }
    }
}

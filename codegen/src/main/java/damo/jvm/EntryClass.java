package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Order;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.math.Expansions;
import damo.plan.Needs;
import damo.plan.Roots;
import damo.plan.Schedule;
import damo.plan.Stmt;
import damo.plan.Vectorization;
import damo.spi.Entry;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits a class that implements a functional interface by a program of straight-line code ([damo.plan.StraightLine]).
///
/// Its method looks whether the arguments are what they should be, reads their elements into local variables, computes, and then writes what goes
/// to destinations. Where an argument does not fit, or a check fails, nothing was written, and the general implementation does the call.
public final class EntryClass {
    private static final String GENERAL = "general";

    private final Entry<?> entry;
    private final Program program;
    private final MethodVisitor mv;
    private final ScalarLanes lanes;
    private final KernelMethod walk;
    private final int[] slots;                                         // of the parameters
    private final Label general = new Label();
    private boolean mayFail;

    private EntryClass(Entry<?> entry, Program program, MethodVisitor mv, ScalarLanes lanes) {
        this.entry = entry;
        this.program = program;
        this.mv = mv;
        this.lanes = lanes;
        Class<?>[] parameters = entry.method().getParameterTypes();
        slots = new int[parameters.length];
        int slot = 1;
        for (int i = 0; i < slots.length; i++) {
            slots[i] = slot;
            slot += Type.getType(parameters[i]).getSize();
        }
        walk = new KernelMethod(mv, lanes, slot, Vectorization.NONE);
    }

    /// A class whose public constructor takes the general implementation.
    ///
    /// @param name the internal name of the class
    /// @param values the pool of the program's values
    /// @param program straight-line code, with the entry's inputs and outputs
    /// @param listing the text that the class's line numbers mean
    /// @throws MethodTooLarge if the method is too large to be compiled
    public static byte[] of(String name, Entry<?> entry, Values values, Program program, Listing listing) {
        String type = Type.getInternalName(entry.type());
        ClassWriter writer = KernelClass.writer();
        writer.visit(V21, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, name, null, "java/lang/Object", new String[] {type});
        writer.visitSource(KernelClass.source(name), null);
        writer.visitField(ACC_PRIVATE | ACC_FINAL, GENERAL, "L" + type + ";", null, null).visitEnd();
        constructor(writer, name, type);
        text(writer, name, type);
        var helpers = new Helpers(writer, name);
        String method = entry.method().getName();
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, method, Type.getMethodDescriptor(entry.method()), null, null);
        mv.visitCode();
        var start = new Label();
        mv.visitLabel(start);
        new EntryClass(entry, program, mv, new ScalarLanes(mv, helpers)).method(name, values, listing);
        int size = KernelClass.finish(mv, start);
        if (size > MethodTooLarge.LIMIT) throw new MethodTooLarge(method, size);
        helpers.copy();
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static void constructor(ClassWriter writer, String name, String type) {
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, "<init>", "(L" + type + ";)V", null, null);
        mv.visitCode();
        mv.visitVarInsn(ALOAD, 0);
        mv.visitMethodInsn(INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        mv.visitVarInsn(ALOAD, 0);
        mv.visitVarInsn(ALOAD, 1);
        mv.visitFieldInsn(PUTFIELD, name, GENERAL, "L" + type + ";");
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    /// `toString()`.
    private static void text(ClassWriter writer, String name, String type) {
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, "toString", "()Ljava/lang/String;", null, null);
        mv.visitCode();
        mv.visitVarInsn(ALOAD, 0);
        mv.visitFieldInsn(GETFIELD, name, GENERAL, "L" + type + ";");
        mv.visitMethodInsn(INVOKEVIRTUAL, "java/lang/Object", "toString", "()Ljava/lang/String;", false);
        mv.visitInsn(ARETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    private void method(String name, Values values, Listing listing) {
        guards();
        var statements = new ArrayList<List<Stmt>>();
        for (Step step : program.steps())
            if (step instanceof Step.Launch(var kernel)) {
                Kernel expanded = Expansions.expand(values, kernel);
                MethodTooLarge.check(expanded);
                statements.add(Schedule.of(values, expanded));
            }
        statements.forEach(this::read);
        for (Step step : program.steps())
            switch (step) {
                case Step.Launch(var kernel) -> {
                    List<Stmt> puts = statements.removeFirst();
                    for (Stmt stmt : puts) if (stmt instanceof Stmt.Put put) place(put.to(), offset(put.offset().op()));
                    walk.kernel(puts, listing.of(kernel));
                }
                case Step.Check(var condition, _) -> {
                    walk.values.element(condition);
                    jump(IFEQ);
                }
                case Step.Contract _, Step.Repeat _, Step.Strip _, Step.Strips _, Step.Branch _, Step.Loop _, Step.Call _ ->
                    throw new CompilerBug("emit", "no straight line", program.toString());
            }
        if (entry.hasDestinations()) {
            for (int i = 0; i < entry.outputs().size(); i++) write(i);
            if (entry.method().getReturnType() != void.class) mv.visitVarInsn(ALOAD, slots[entry.inputs().size()]);
        } else if (!entry.outputs().isEmpty()) fresh(entry.outputs().getFirst());
        mv.visitInsn(Type.getType(entry.method().getReturnType()).getOpcode(IRETURN));
        if (mayFail) general(name);
    }

    // ---- arguments

    private void guards() {
        for (int i = 0; i < slots.length; i++) {
            boolean isInput = i < entry.inputs().size();
            switch (isInput ? entry.inputs().get(i) : entry.outputs().get(i - entry.inputs().size())) {
                case Entry.Number _ -> {}
                case Entry.Fields _ -> {
                    mv.visitVarInsn(ALOAD, slots[i]);
                    jump(IFNULL);
                }
                case Entry.Flat _ -> {
                    mv.visitVarInsn(ALOAD, slots[i]);
                    jump(IFNULL);
                    mv.visitVarInsn(ALOAD, slots[i]);
                    mv.visitInsn(ARRAYLENGTH);
                    ScalarLanes.integer(mv, size(isInput ? program.inputs().get(i) : program.outputs().get(i - entry.inputs().size())));
                    jump(IF_ICMPNE);
                }
            }
            for (int j = entry.inputs().size(); j < i; j++) {          // one place for two outputs
                mv.visitVarInsn(ALOAD, slots[i]);
                mv.visitVarInsn(ALOAD, slots[j]);
                jump(IF_ACMPEQ);
            }
        }
    }

    private void jump(int opcode) {
        mv.visitJumpInsn(opcode, general);
        mayFail = true;
    }

    private static int size(Buffer buffer) {
        return buffer.extents().stream().mapToInt(e -> offset(e.op())).reduce(1, (a, b) -> a * b);
    }

    private static int offset(Scalar op) {
        if (op instanceof Scalar.Whole(var at)) return (int) at;
        throw new CompilerBug("emit", "no straight line", op.toString());
    }

    /// Puts what the statements load into local variables.
    private void read(List<Stmt> statements) {
        var seen = Needs.identitySet();
        var wanted = new ArrayList<TreeSet<Integer>>();
        program.inputs().forEach(_ -> wanted.add(new TreeSet<>()));
        for (var root : Roots.of(statements).values)
            for (var v : Order.of(root, seen::contains)) {
                seen.add(v);
                if (v.op() instanceof Scalar.Flat(var from, var at)) wanted.get(program.inputs().indexOf(from)).add(offset(at.op()));
            }
        for (int i = 0; i < wanted.size(); i++)
            for (int offset : wanted.get(i)) read(i, offset);
    }

    private void read(int input, int offset) {
        Buffer buffer = program.inputs().get(input);
        switch (entry.inputs().get(input)) {
            case Entry.Number(_, var from) -> {
                lanes.get(from, slots[input]);
                lanes.convert(from, buffer.dtype());
            }
            case Entry.Flat _ -> {
                mv.visitVarInsn(ALOAD, slots[input]);
                ScalarLanes.integer(mv, offset);
                lanes.load(buffer.dtype());
            }
            case Entry.Fields(var type, var kind) -> {
                mv.visitVarInsn(ALOAD, slots[input]);
                mv.visitMethodInsn(type.isInterface() ? INVOKEINTERFACE : INVOKEVIRTUAL, Type.getInternalName(type), kind.getters().get(offset),
                        "()" + Type.getDescriptor(kind.dtype().storage().componentType()), type.isInterface());
                lanes.convert(kind.dtype(), buffer.dtype());
            }
        }
        lanes.set(buffer.dtype(), place(buffer, offset));
    }

    private int place(Buffer buffer, int offset) {
        int local = walk.values.local(buffer.dtype());
        walk.values.element(buffer, offset, local);
        return local;
    }

    // ---- results

    private void write(int output) {
        Buffer buffer = program.outputs().get(output);
        int slot = slots[entry.inputs().size() + output];
        switch (entry.outputs().get(output)) {
            case Entry.Number _ -> throw new CompilerBug("emit", "a number as a destination", program.toString());
            case Entry.Flat _ -> {
                for (int i = 0; i < size(buffer); i++) {
                    mv.visitVarInsn(ALOAD, slot);
                    store(buffer, i);
                }
            }
            case Entry.Fields fields -> {
                mv.visitVarInsn(ALOAD, slot);
                set(fields, buffer);
            }
        }
    }

    /// Pushes what is returned.
    private void fresh(Entry.Passing how) {
        Buffer buffer = program.outputs().getFirst();
        switch (how) {
            case Entry.Number(_, var to) -> {
                walk.values.element(buffer);
                lanes.convert(buffer.dtype(), to);
            }
            case Entry.Flat(var type) -> {
                ScalarLanes.integer(mv, size(buffer));
                // The operands of `newarray` are numbered like this from 4 on: JVM Specification, table 6.5.newarray-A.
                mv.visitIntInsn(NEWARRAY, T_BOOLEAN + "ZCFDBSIJ".indexOf(type.componentType().descriptorString()));
                for (int i = 0; i < size(buffer); i++) {
                    mv.visitInsn(DUP);
                    store(buffer, i);
                }
            }
            case Entry.Fields fields -> {
                String type = Type.getInternalName(fields.type());
                mv.visitTypeInsn(NEW, type);
                mv.visitInsn(DUP);
                mv.visitMethodInsn(INVOKESPECIAL, type, "<init>", "()V", false);
                mv.visitInsn(DUP);
                set(fields, buffer);
            }
        }
    }

    private void store(Buffer buffer, int i) {
        ScalarLanes.integer(mv, i);
        walk.values.element(buffer, i);
        lanes.store(buffer.dtype());
    }

    private void set(Entry.Fields fields, Buffer buffer) {
        for (int element : fields.kind().setting()) {
            walk.values.element(buffer, element);
            lanes.convert(buffer.dtype(), fields.kind().dtype());
        }
        MethodType setter = fields.kind().setter();
        mv.visitMethodInsn(INVOKEVIRTUAL, Type.getInternalName(fields.kind().type()), "set", setter.descriptorString(), false);
        mv.visitInsn(POP);
    }

    private void general(String name) {
        String type = Type.getInternalName(entry.type());
        mv.visitLabel(general);
        mv.visitVarInsn(ALOAD, 0);
        mv.visitFieldInsn(GETFIELD, name, GENERAL, "L" + type + ";");
        Class<?>[] parameters = entry.method().getParameterTypes();
        for (int i = 0; i < slots.length; i++) mv.visitVarInsn(Type.getType(parameters[i]).getOpcode(ILOAD), slots[i]);
        mv.visitMethodInsn(INVOKEINTERFACE, type, entry.method().getName(), Type.getMethodDescriptor(entry.method()), true);
        mv.visitInsn(Type.getType(entry.method().getReturnType()).getOpcode(IRETURN));
    }
}

package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.kernel.Buffer;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits the calls of [Product], and what is done after products.
final class ProductCode {
    /// Of the methods of epilogues.
    static final String DESCRIPTOR = "([Ljava/lang/Object;[ILjava/lang/Object;IIIIIII)V";
    static final int FREE = 10;
    private static final int SUMS = 2, FROM = 3, ROW_STRIDE = 4, AROUND = 5, ROW = 6, COLUMN = 8;
    private static final String PRODUCT = Type.getInternalName(Product.class), EPILOGUE = Type.getInternalName(Epilogue.class);
    private static final String FIELD = "EPILOGUES", ARRAY = "Ljava/lang/Object;III", SELF = ")L%s;".formatted(PRODUCT);

    private ProductCode() {}

    /// The kernel that multiplies.
    ///
    /// @param owner its class
    /// @param kernel its number
    record Caller(String owner, int kernel) {}

    /// The products in these statements.
    static List<Stmt.Multiply> products(List<Stmt> statements) {
        return statements.stream().flatMap(s -> s instanceof Stmt.Multiply product ? Stream.of(product)
                : s instanceof Stmt.Loop loop ? products(loop.body()).stream() : Stream.empty()).toList();
    }

    /// @param range the first of two local variables with the rows to do, or `null` for all
    static void multiply(MethodVisitor mv, ValueCode values, Stmt.Multiply product, Caller caller, Integer range) {
        boolean floats = product.z().in().dtype() == DType.FLOAT32;
        mv.visitMethodInsn(INVOKESTATIC, PRODUCT, floats ? "ofFloats" : "ofDoubles", "(" + SELF, false);
        matrix(mv, values, product.x());
        call(mv, "x", ARRAY);
        matrix(mv, values, product.y());
        call(mv, "y", ARRAY);
        matrix(mv, values, product.z());
        mv.visitInsn(product.add() ? ICONST_1 : ICONST_0);
        call(mv, "z", ARRAY + "Z");
        values.root(product.row().extent());
        values.root(product.column().extent());
        values.root(product.terms());
        call(mv, "size", "III");
        if (range != null) {
            mv.visitVarInsn(ILOAD, range);
            mv.visitVarInsn(ILOAD, range + 1);
            call(mv, "rows", "II");
        }
        product.after().ifPresent(after -> {
            mv.visitFieldInsn(GETSTATIC, caller.owner, FIELD, "L%s;".formatted(EPILOGUE));
            ScalarLanes.integer(mv, caller.kernel);
            mv.visitVarInsn(ALOAD, 0);
            mv.visitVarInsn(ALOAD, 1);
            values.root(after.around());
            call(mv, "then", "L%s;I[Ljava/lang/Object;[II".formatted(EPILOGUE));
        });
        mv.visitMethodInsn(INVOKEVIRTUAL, PRODUCT, "run", "()V", false);
    }

    private static void matrix(MethodVisitor mv, ValueCode values, Stmt.Matrix m) {
        values.array(m.in());
        values.root(m.from());
        values.root(m.row());
        values.root(m.column());
    }

    private static void call(MethodVisitor mv, String method, String parameters) {
        mv.visitMethodInsn(INVOKEVIRTUAL, PRODUCT, method, "(" + parameters + SELF, false);
    }

    /// The method of what a kernel does after its product.
    static MethodVisitor method(ClassWriter writer, Caller caller) {
        return writer.visitMethod(ACC_STATIC, "e" + caller.kernel, DESCRIPTOR, null, null);
    }

    /// Begins it: the sums, and which rows and columns, are parameters.
    static void known(KernelMethod method, Stmt.Multiply product) {
        Buffer sums = product.after().orElseThrow().sums();
        method.cast(SUMS, sums.dtype());
        method.values.array(sums, SUMS);
        method.values.symbol(Stmt.After.FROM, FROM);
        method.values.symbol(Stmt.After.ROW, ROW_STRIDE);
        method.values.symbol(Stmt.After.AROUND, AROUND);
        method.divide(product.row(), ROW);
        method.divide(product.column(), COLUMN);
    }

    /// The method that runs those of all kernels, and an object that has it.
    static void dispatch(ClassWriter writer, String name, SortedSet<Integer> kernels) {
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, "run", "(I" + DESCRIPTOR.substring(1), null, null);
        mv.visitCode();
        for (int kernel : kernels) {
            var next = new Label();
            mv.visitVarInsn(ILOAD, 1);
            ScalarLanes.integer(mv, kernel);
            mv.visitJumpInsn(IF_ICMPNE, next);
            for (int i = 0; i < FREE; i++) mv.visitVarInsn(i <= SUMS ? ALOAD : ILOAD, 2 + i);
            mv.visitMethodInsn(INVOKESTATIC, name, "e" + kernel, DESCRIPTOR, false);
            mv.visitInsn(RETURN);
            mv.visitLabel(next);
        }
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
        if (kernels.isEmpty()) return;
        writer.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, FIELD, "L%s;".formatted(EPILOGUE), null, null);
        MethodVisitor init = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
        init.visitCode();
        init.visitTypeInsn(NEW, name);
        init.visitInsn(DUP);
        init.visitMethodInsn(INVOKESPECIAL, name, "<init>", "()V", false);
        init.visitFieldInsn(PUTSTATIC, name, FIELD, "L%s;".formatted(EPILOGUE));
        init.visitInsn(RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
    }
}

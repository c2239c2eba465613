package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.plan.Stmt;
import java.util.List;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits the calls of [Gemm].
final class ProductCode {
    private static final String PRODUCT = Type.getInternalName(Product.class), GEMM = Type.getInternalName(Gemm.class);

    private ProductCode() {}

    static void multiply(MethodVisitor mv, ValueCode values, Stmt.Multiply product) {
        mv.visitTypeInsn(NEW, PRODUCT);
        mv.visitInsn(DUP);
        for (Stmt.Matrix m : List.of(product.x(), product.y(), product.z())) {
            values.array(m.in());
            values.root(m.from());
            values.root(m.row());
            values.root(m.column());
        }
        values.root(product.rows());
        values.root(product.columns());
        values.root(product.terms());
        mv.visitInsn(product.add() ? ICONST_1 : ICONST_0);
        mv.visitMethodInsn(INVOKESPECIAL, PRODUCT, "<init>", Type.getConstructorDescriptor(Product.class.getConstructors()[0]), false);
        mv.visitMethodInsn(INVOKESTATIC, GEMM, "multiply", "(L%s;)V".formatted(PRODUCT), false);
    }
}

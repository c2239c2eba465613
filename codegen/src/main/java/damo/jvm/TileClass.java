package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.type.DType;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits a [Tile]: all sums of `rows × vectors` vectors are in registers at once; one of no rows copies. Every access is affine in the innermost
/// loop variable, with a constant factor where there are many: only then does HotSpot move the range checks out of the loop.
final class TileClass {
    private static final int A = 1, A0 = 2, A_ROW = 3, A_TERM = 4, B = 5, B0 = 6, B_TERM = 7, DEPTH = 8, Z = 9, S = 12, ADD = 15, K = 16, FREE = 17;
    private static final String VECTORS = "jdk/incubator/vector/", VECTOR = "L" + VECTORS + "Vector;", SPECIES = "L" + VECTORS + "VectorSpecies;";

    private final MethodVisitor mv;
    private final String owner;
    private final DType dtype;
    private final int lanes;
    private final int rows;
    private final int vectors;
    private final int aRow;                                            // 0 if the call says it, and `aTerm` too
    private final int aTerm;
    private final int bTerm;                                           // 0 if the call says it
    private final String vector;
    private final JvmType scalar;

    private TileClass(MethodVisitor mv, String owner, DType dtype, int lanes, int rows, int vectors, int aRow, int aTerm, int bTerm) {
        this.mv = mv;
        this.owner = owner;
        this.dtype = dtype;
        this.lanes = lanes;
        this.rows = rows;
        this.vectors = vectors;
        this.aRow = aRow;
        this.aTerm = aTerm;
        this.bTerm = bTerm;
        this.scalar = JvmType.of(dtype);
        this.vector = VECTORS + (dtype == DType.FLOAT32 ? "FloatVector" : "DoubleVector");
    }

    /// A class with a public constructor that implements [Tile].
    ///
    /// @param name its internal name
    /// @param lanes how many elements the vectors of `jdk.incubator.vector` have; with 1, the class does without that module
    /// @param vectors the columns are `lanes · vectors`
    /// @param aRow how far the rows of the first operand lie apart, and `aTerm` the terms; both 0 if only calls say it
    /// @param bTerm how far the terms of the second operand lie apart; 0 if only calls say it
    static byte[] of(String name, DType dtype, int lanes, int rows, int vectors, int aRow, int aTerm, int bTerm) {
        ClassWriter writer = KernelClass.writer();
        writer.visit(V21, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, name, null, "java/lang/Object", new String[] {Type.getInternalName(Tile.class)});
        KernelClass.constructor(writer);
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, "run", Type.getMethodDescriptor(Tile.class.getMethods()[0]), null, null);
        var tile = new TileClass(mv, name, dtype, lanes, rows, vectors, aRow, aTerm, bTerm);
        if (lanes > 1) tile.species(writer);
        tile.run();
        writer.visitEnd();
        return writer.toByteArray();
    }

    /// A constant of the class: as anything else, it would make every operation slow.
    private void species(ClassWriter writer) {
        writer.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, "SPECIES", SPECIES, null, null);
        MethodVisitor init = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
        init.visitCode();
        init.visitFieldInsn(GETSTATIC, vector, "SPECIES_" + lanes * dtype.bits(), SPECIES);
        init.visitFieldInsn(PUTSTATIC, owner, "SPECIES", SPECIES);
        init.visitInsn(RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
    }

    private int size() {
        return lanes > 1 ? 1 : scalar.slots();
    }

    private int b(int v) {
        return FREE + v * size();
    }

    private int a() {
        return b(vectors);
    }

    private int sum(int row, int v) {
        return a() + (1 + row * vectors + v) * size();
    }

    /// Where a row of the first operand begins, if the distance is not known.
    private int begin(int row) {
        return sum(rows, 0) + row;
    }

    private void run() {
        mv.visitCode();
        for (int array : new int[] {A, B, Z, S}) {
            mv.visitVarInsn(ALOAD, array);
            mv.visitTypeInsn(CHECKCAST, Type.getInternalName(dtype.storage()));
            mv.visitVarInsn(ASTORE, array);
        }
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++) {
                zero();
                set(sum(r, v));
            }
        if (aRow == 0)
            for (int r = 0; r < rows; r++) {
                mv.visitVarInsn(ILOAD, A0);
                mv.visitVarInsn(ILOAD, A_ROW);
                ScalarLanes.integer(mv, r);
                mv.visitInsn(IMUL);
                mv.visitInsn(IADD);
                mv.visitVarInsn(ISTORE, begin(r));
            }
        terms();
        var plain = new Label();
        mv.visitVarInsn(ILOAD, ADD);
        mv.visitJumpInsn(IFEQ, plain);
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++) {
                place(S, r, v);
                load();
                get(sum(r, v));
                add();
                set(sum(r, v));
            }
        mv.visitLabel(plain);
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++) {
                int row = r, column = v;
                store(sum(r, v), () -> place(Z, row, column));
            }
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    private void terms() {
        var test = new Label();
        var done = new Label();
        mv.visitInsn(ICONST_0);
        mv.visitVarInsn(ISTORE, K);
        mv.visitLabel(test);
        mv.visitVarInsn(ILOAD, K);
        mv.visitVarInsn(ILOAD, DEPTH);
        mv.visitJumpInsn(IF_ICMPGE, done);
        for (int v = 0; v < vectors; v++) {
            int plus = v * lanes;
            if (bTerm == 0) at(B, B0, () -> mv.visitVarInsn(ILOAD, B_TERM), plus);
            else at(B, B0, () -> ScalarLanes.integer(mv, bTerm), plus);
            load();
            set(b(v));
            if (rows == 0) store(b(v), () -> at(Z, Z + 1, () -> ScalarLanes.integer(mv, vectors * lanes), plus));
        }
        for (int r = 0; r < rows; r++) {
            if (lanes > 1) mv.visitFieldInsn(GETSTATIC, owner, "SPECIES", SPECIES);
            if (aRow == 0) at(A, begin(r), () -> mv.visitVarInsn(ILOAD, A_TERM), 0);
            else at(A, A0, () -> ScalarLanes.integer(mv, aTerm), r * aRow);
            mv.visitInsn(scalar.variant(IALOAD));
            if (lanes > 1) mv.visitMethodInsn(INVOKESTATIC, vector, "broadcast", "(%s%s)L%s;".formatted(SPECIES, scalar.descriptor(), vector), false);
            set(a());
            for (int v = 0; v < vectors; v++) {
                get(a());
                get(b(v));
                get(sum(r, v));
                if (lanes > 1) mv.visitMethodInsn(INVOKEVIRTUAL, vector, "fma", "(%s%s)L%s;".formatted(VECTOR, VECTOR, vector), false);
                else mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", "fma", scalar.descriptor(3), false);
                set(sum(r, v));
            }
        }
        mv.visitIincInsn(K, 1);
        mv.visitJumpInsn(GOTO, test);
        mv.visitLabel(done);
    }

    /// `→ array, from + k·factor + plus`.
    private void at(int array, int from, Runnable factor, int plus) {
        mv.visitVarInsn(ALOAD, array);
        mv.visitVarInsn(ILOAD, from);
        mv.visitVarInsn(ILOAD, K);
        factor.run();
        mv.visitInsn(IMUL);
        mv.visitInsn(IADD);
        ScalarLanes.integer(mv, plus);
        mv.visitInsn(IADD);
    }

    /// `→ array, the place of a vector of the result`; the start and the distance of rows are the parameters after the array.
    private void place(int array, int row, int v) {
        mv.visitVarInsn(ALOAD, array);
        mv.visitVarInsn(ILOAD, array + 1);
        mv.visitVarInsn(ILOAD, array + 2);
        ScalarLanes.integer(mv, row);
        mv.visitInsn(IMUL);
        mv.visitInsn(IADD);
        ScalarLanes.integer(mv, v * lanes);
        mv.visitInsn(IADD);
    }

    private void zero() {
        if (lanes == 1) {
            mv.visitInsn(dtype == DType.FLOAT32 ? FCONST_0 : DCONST_0);
            return;
        }
        mv.visitFieldInsn(GETSTATIC, owner, "SPECIES", SPECIES);
        mv.visitMethodInsn(INVOKESTATIC, vector, "zero", "(%s)L%s;".formatted(SPECIES, vector), false);
    }

    /// `array, offset →` what is there.
    private void load() {
        if (lanes == 1) {
            mv.visitInsn(scalar.variant(IALOAD));
            return;
        }
        mv.visitFieldInsn(GETSTATIC, owner, "SPECIES", SPECIES);
        mv.visitInsn(DUP_X2);
        mv.visitInsn(POP);
        mv.visitMethodInsn(INVOKESTATIC, vector, "fromArray", "(%s[%sI)L%s;".formatted(SPECIES, scalar.descriptor(), vector), false);
    }

    private void add() {
        if (lanes == 1) mv.visitInsn(scalar.variant(IADD));
        else mv.visitMethodInsn(INVOKEVIRTUAL, vector, "add", "(%s)L%s;".formatted(VECTOR, vector), false);
    }

    /// Stores a local variable where `place` says, which pushes array and offset.
    private void store(int local, Runnable place) {
        if (lanes == 1) {
            place.run();
            get(local);
            mv.visitInsn(scalar.variant(IASTORE));
        } else {
            get(local);
            place.run();
            mv.visitMethodInsn(INVOKEVIRTUAL, vector, "intoArray", "([%sI)V".formatted(scalar.descriptor()), false);
        }
    }

    private void get(int local) {
        mv.visitVarInsn(lanes > 1 ? ALOAD : scalar.variant(ILOAD), local);
    }

    private void set(int local) {
        mv.visitVarInsn(lanes > 1 ? ASTORE : scalar.variant(ISTORE), local);
    }
}

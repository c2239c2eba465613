package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.kernel.Scalar;
import damo.type.DType;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.function.IntSupplier;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Calls of `jdk.incubator.vector`. Nothing here links against that module: its names are strings, and only a class that is emitted with
/// vectors needs it. Species are static constants, which is what makes HotSpot compile these calls to single instructions.
///
/// A truth value is a mask; masks on the stack and in local variables belong to the vectors of one dtype.
final class VectorCode {
    private static final String PACKAGE = "jdk/incubator/vector/", OPERATOR = "L" + PACKAGE + "VectorOperators$";
    static final String VECTOR = "L" + PACKAGE + "Vector;", MASK = "L" + PACKAGE + "VectorMask;", SPECIES = "L" + PACKAGE + "VectorSpecies;";
    private static final String SHUFFLE = "L" + PACKAGE + "VectorShuffle;";
    private static final Handle FIELD = constant("getStaticFinal", Class.class), METHOD = constant("invoke", MethodHandle.class, Object[].class),
            ORDER = new Handle(H_INVOKESTATIC, PACKAGE + "VectorShuffle", "fromValues", "(" + SPECIES + "[I)" + SHUFFLE, false);

    final MethodVisitor mv;
    final ScalarLanes scalars;
    final int lanes;
    private final DType masks;
    private final IntSupplier locals;

    /// @param lanes elements of a vector
    /// @param masks the dtype whose vectors the masks belong to
    /// @param locals local variables for what is computed on the way
    VectorCode(MethodVisitor mv, ScalarLanes scalars, int lanes, DType masks, IntSupplier locals) {
        this.mv = mv;
        this.scalars = scalars;
        this.lanes = lanes;
        this.masks = masks;
        this.locals = locals;
    }

    private static Handle constant(String method, Class<?>... parameters) {
        var all = MethodType.methodType(Object.class, MethodHandles.Lookup.class, String.class, Class.class).appendParameterTypes(parameters);
        return new Handle(H_INVOKESTATIC, Type.getInternalName(ConstantBootstraps.class), method, all.toMethodDescriptorString(), false);
    }

    /// The class of vectors of `t`.
    static String type(DType t) {
        if (t == DType.BOOL) return PACKAGE + "VectorMask";
        return PACKAGE + switch (JvmType.of(t)) {
            case INT -> "IntVector";
            case LONG -> "LongVector";
            case FLOAT -> "FloatVector";
            case DOUBLE -> "DoubleVector";
        };
    }

    /// The descriptor of an element.
    static String letter(DType t) {
        return t == DType.BOOL ? "Z" : JvmType.of(t).descriptor(0).substring(2);
    }

    /// `→` the species of `t`.
    void species(DType t) {
        DType of = t == DType.BOOL ? masks : t;
        mv.visitFieldInsn(GETSTATIC, type(of), "SPECIES_" + lanes * of.bits(), SPECIES);
    }

    /// Brings the top of the stack below the two operands under it.
    void sink() {
        mv.visitInsn(DUP_X2);
        mv.visitInsn(POP);
    }

    /// A static method of the class of vectors of `t`.
    void make(DType t, String method, String parameters) {
        mv.visitMethodInsn(INVOKESTATIC, type(t), method, "(" + parameters + ")L" + type(t) + ";", false);
    }

    /// A method of vectors of `t`.
    void call(DType t, String method, String parameters, String result) {
        mv.visitMethodInsn(INVOKEVIRTUAL, type(t), method, "(" + parameters + ")" + result, false);
    }

    /// A method of vectors of `t` that gives another one.
    void call(DType t, String method, String parameters) {
        call(t, method, parameters, "L" + type(t) + ";");
    }

    private void operator(String name, String kind) {
        mv.visitFieldInsn(GETSTATIC, PACKAGE + "VectorOperators", name, OPERATOR + kind + ";");
    }

    /// `x →` the result.
    void unary(String name, DType t) {
        operator(name, "Unary");
        call(t, "lanewise", OPERATOR + "Unary;");
    }

    /// `x, y →` the result.
    void binary(String name, DType t) {
        binary(name, "Binary", t);
    }

    /// As [#binary], of an operator that may be done in any order.
    void associative(String name, DType t) {
        binary(name, "Associative", t);
    }

    private void binary(String name, String kind, DType t) {
        operator(name, kind);
        mv.visitInsn(SWAP);
        call(t, "lanewise", OPERATOR + "Binary;" + VECTOR);
    }

    /// `x →` its elements `by` places further to the front, and the first ones at the end.
    void rotate(int by, DType t) {
        var arguments = new ArrayList<Object>();
        arguments.add(new ConstantDynamic("SPECIES_" + lanes * t.bits(), SPECIES, FIELD, Type.getObjectType(type(t))));
        for (int lane = 0; lane < lanes; lane++) arguments.add((lane + by) % lanes);
        arguments.addFirst(ORDER);
        mv.visitLdcInsn(new ConstantDynamic("rotation", SHUFFLE, METHOD, arguments.toArray()));
        call(t, "rearrange", SHUFFLE);
    }

    /// `x →` the result of all elements.
    void reduce(String name, DType t) {
        operator(name, "Associative");
        call(t, "reduceLanes", OPERATOR + "Associative;", letter(t));
    }

    /// `x →` the result for a second operand that is known.
    void shift(String name, DType t, int places) {
        operator(name, "Binary");
        if (t.bits() == 64) mv.visitLdcInsn((long) places);
        else ScalarLanes.integer(mv, places);
        call(t, "lanewise", OPERATOR + "Binary;" + (t.bits() == 64 ? "J" : "I"));
    }

    /// `x, y, z →` the result.
    void ternary(String name, DType t) {
        operator(name, "Ternary");
        sink();
        call(t, "lanewise", OPERATOR + "Ternary;" + VECTOR + VECTOR);
    }

    /// `x, y →` a mask.
    void compare(String name, DType t) {
        operator(name, "Comparison");
        mv.visitInsn(SWAP);
        call(t, "compare", OPERATOR + "Comparison;" + VECTOR, MASK);
        cast(t, masks);
    }

    /// `otherwise, then, mask →` the lanes of `then` for which `mask` is set, and else of `otherwise`.
    void blend(DType t) {
        cast(masks, t);
        call(t, "blend", VECTOR + MASK);
    }

    /// `mask →` one for vectors of another dtype.
    private void cast(DType from, DType to) {
        if (type(from).equals(type(to))) return;
        species(to);
        call(DType.BOOL, "cast", SPECIES);
    }

    /// `x →` converted by the JVM's rules.
    void convert(String name, DType from, DType to) {
        operator(name, "Conversion");
        species(to);
        mv.visitInsn(ICONST_0);
        call(from, "convertShape", OPERATOR + "Conversion;" + SPECIES + "I", VECTOR);
        mv.visitTypeInsn(CHECKCAST, type(to));
    }

    /// `x →` a vector of `x`, which is as [ScalarLanes] has it.
    void broadcast(DType t) {
        species(t);
        if (scalars.slots(t) == 2) sink();
        else mv.visitInsn(SWAP);
        if (t == DType.BOOL) mv.visitMethodInsn(INVOKEINTERFACE, PACKAGE + "VectorSpecies", "maskAll", "(Z)" + MASK, true);
        else make(t, "broadcast", SPECIES + letter(t));
    }

    /// `→` a vector of a number.
    void number(Scalar number, DType t) {
        scalars.number(number, t);
        broadcast(t);
    }

    /// `→` a vector of a number.
    void number(double number, DType t) {
        number(t.isFloat() ? new Scalar.Real(number) : new Scalar.Whole((long) number), t);
    }

    void get(int local) {
        mv.visitVarInsn(ALOAD, local);
    }

    void set(int local) {
        mv.visitVarInsn(ASTORE, local);
    }

    /// A local variable that is free.
    int local() {
        return locals.getAsInt();
    }

    /// `x →` nothing, and where it is.
    int keep() {
        int local = local();
        set(local);
        return local;
    }
}

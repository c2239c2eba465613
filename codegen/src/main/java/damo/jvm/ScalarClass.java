package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Scalar;
import damo.kernel.Values;
import damo.math.Expansions;
import damo.plan.Roots;
import damo.plan.Schedule;
import damo.plan.Stmt;
import damo.plan.Vectorization;
import damo.type.DType;
import damo.value.NDArray;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits a function of numbers: a class whose one method keeps every buffer in a local variable.
public final class ScalarClass {
    private static final Map<Type, DType> DTYPES = Map.of(Type.BOOLEAN_TYPE, DType.BOOL, Type.BYTE_TYPE, DType.INT8, Type.SHORT_TYPE, DType.INT16,
            Type.INT_TYPE, DType.INT32, Type.LONG_TYPE, DType.INT64, Type.FLOAT_TYPE, DType.FLOAT32, Type.DOUBLE_TYPE, DType.FLOAT64);

    private ScalarClass() {}

    /// A class with a public constructor without parameters that implements a functional interface of primitive types.
    ///
    /// @param name the internal name of the class
    /// @param interfaceName the internal name of the interface
    /// @param method the name of its method
    /// @param descriptor the method's descriptor, as `(DD)D`
    /// @param kernels run in order; they have no axes, and all their buffers are of rank 0
    /// @param inputs the buffers that the parameters are stored to, each converted as Java widens
    /// @param constants the buffers that are known
    /// @param output the buffer that is returned, converted to the method's type
    /// @param listing the text that the class's line numbers mean
    /// @throws MethodTooLarge if the method is too large to be compiled
    public static byte[] of(String name, String interfaceName, String method, String descriptor, Values values, List<Kernel> kernels,
            List<Buffer> inputs, Map<Buffer, NDArray> constants, Buffer output, Listing listing) {
        ClassWriter writer = KernelClass.writer();
        writer.visit(V21, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, name, null, "java/lang/Object", new String[] {interfaceName});
        writer.visitSource(KernelClass.source(name), null);
        KernelClass.constructor(writer);
        var helpers = new Helpers(writer, name);
        MethodVisitor mv = writer.visitMethod(ACC_PUBLIC, method, descriptor, null, null);
        mv.visitCode();
        var start = new Label();
        mv.visitLabel(start);
        body(mv, new ScalarLanes(mv, helpers), descriptor, values, kernels, inputs, constants, output, listing);
        int size = KernelClass.finish(mv, start);
        if (size > MethodTooLarge.LIMIT) throw new MethodTooLarge(method, size);
        helpers.copy();
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static void body(MethodVisitor mv, ScalarLanes lanes, String descriptor, Values values, List<Kernel> kernels, List<Buffer> inputs,
            Map<Buffer, NDArray> constants, Buffer output, Listing listing) {
        Type[] parameters = Type.getArgumentTypes(descriptor);
        int slots = 1;
        for (Type p : parameters) slots += p.getSize();
        var walk = new KernelMethod(mv, lanes, slots, Vectorization.NONE);
        int slot = 1;
        for (int i = 0; i < parameters.length; i++) {
            DType from = dtype(parameters[i]);
            lanes.get(from, slot);
            slot += parameters[i].getSize();
            lanes.convert(from, inputs.get(i).dtype());
            store(lanes, walk, inputs.get(i));
        }
        constants.forEach((buffer, value) -> {
            lanes.number(buffer.dtype().isFloat() ? new Scalar.Real(value.scalar()) : new Scalar.Whole(value.scalarLong()), buffer.dtype());
            store(lanes, walk, buffer);
        });
        Set<Buffer> known = new HashSet<>(inputs);
        known.addAll(constants.keySet());
        for (Kernel kernel : kernels) {
            List<Stmt> statements = Schedule.of(values, Expansions.expand(values, kernel));
            for (Buffer b : Roots.of(statements).buffers)
                if (known.add(b)) {                                    // stored to now; the verifier wants to see it set on all paths
                    lanes.number(new Scalar.Whole(0), b.dtype());
                    store(lanes, walk, b);
                }
            walk.kernel(statements, listing.of(kernel));
        }
        DType to = dtype(Type.getReturnType(descriptor));
        walk.values.element(output);
        lanes.convert(output.dtype(), to);
        mv.visitInsn(JvmType.of(to).variant(IRETURN));
    }

    private static void store(ScalarLanes lanes, KernelMethod walk, Buffer buffer) {
        int local = walk.values.local(buffer.dtype());
        lanes.set(buffer.dtype(), local);
        walk.values.scalar(buffer, local);
    }

    private static DType dtype(Type type) {
        DType dtype = DTYPES.get(type);
        if (dtype == null) throw new CompilerBug("emit", "a scalar function takes and gives numbers, not " + type, type.getDescriptor());
        return dtype;
    }
}

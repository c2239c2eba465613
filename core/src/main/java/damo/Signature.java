package damo;

import damo.graph.Variable;
import damo.spi.Entry;
import damo.type.DType;
import damo.value.Joml;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How the only abstract method of an interface calls a function.
///
/// @param inputs how many of the first parameters are inputs; the others are destinations
record Signature<T>(CompiledFunction function, Class<T> type, Method method, int inputs) {
    static <T> Signature<T> of(CompiledFunction function, Class<T> type) {
        Method method = onlyMethod(function, type);
        int parameters = method.getParameterCount();
        int outputs = function.outputs().size();
        boolean result = method.getReturnType() != void.class;
        // JOML's way: the destination comes last, and is returned as well.
        boolean returned = result && outputs == 1 && parameters == function.inputs().size() + 1
                && method.getReturnType().isAssignableFrom(method.getParameterTypes()[parameters - 1]);
        var signature = new Signature<>(function, type, method, parameters - (result && !returned ? 0 : outputs));
        signature.check();
        return signature;
    }

    private static Method onlyMethod(CompiledFunction function, Class<?> type) {
        List<Method> methods = !type.isInterface() ? List.of() : Arrays.stream(type.getMethods())
                .filter(m -> Modifier.isAbstract(m.getModifiers()) && !isObjects(m)).toList();
        if (methods.size() != 1)
            throw new DamoException("%s: as: %s is no functional interface; it needs to be an interface with one abstract method, and has %s"
                    .formatted(function.label(), type.getName(), methods.stream().map(Method::getName).sorted().toList()));
        return methods.getFirst();
    }

    private static boolean isObjects(Method m) {
        return Arrays.stream(Object.class.getMethods())
                .anyMatch(o -> o.getName().equals(m.getName()) && Arrays.equals(o.getParameterTypes(), m.getParameterTypes()));
    }

    // ---- checking

    private void check() {
        int takes = function.inputs().size();
        if (inputs < 0 || inputs > takes) throw mismatch("the numbers of parameters differ");
        for (int i = inputs; i < takes; i++)
            if (!function.hasDefault(i)) throw mismatch("there is no parameter for the input " + function.inputs().get(i).label());
        Class<?>[] parameters = method.getParameterTypes();
        for (int i = 0; i < inputs; i++) checkInput(function.inputs().get(i), parameters[i]);
        for (int i = inputs; i < parameters.length; i++) checkOutput(function.outputs().get(i - inputs), parameters[i], true);
        if (method.getReturnType() == void.class || inputs < parameters.length) return;
        if (function.outputs().size() != 1) throw mismatch("a method that returns something needs a function with one output");
        checkOutput(function.outputs().getFirst(), method.getReturnType(), false);
    }

    private void checkInput(Variable input, Class<?> given) {
        Class<?> leaf = JavaTypes.leaf(given);
        DType from = JavaTypes.dtype(leaf);
        boolean fits = JavaTypes.isOpen(given) || Number.class.isAssignableFrom(given) || given == Boolean.class
                || JavaTypes.isJoml(given) && input.rank() > 0
                || given.isPrimitive() && input.rank() == 0 && weak(from, input.dtype())
                || given.isArray() && JavaTypes.depth(given) == input.rank() && holds(from, leaf, input.dtype());
        if (!fits) throw mismatch("a %s is no value for the input %s, which is %s".formatted(given.getSimpleName(), input.label(), input.type()));
    }

    /// Whether a Java number of that class may pass as a weak number; whether it fits is seen at the call.
    private static boolean weak(DType from, DType to) {
        return from != null && (from == DType.BOOL) == (to == DType.BOOL) && (to.isFloat() || !from.isFloat());
    }

    private static boolean holds(DType from, Class<?> leaf, DType to) {
        return leaf == to.storage().componentType() || from != null && (Arguments.widens(from, to) || from.isFloat() == to.isFloat());
    }

    private void checkOutput(Variable output, Class<?> wanted, boolean destination) {
        Class<?> leaf = JavaTypes.leaf(wanted);
        DType to = JavaTypes.dtype(JavaTypes.unboxed(leaf));
        boolean exact = JavaTypes.unboxed(leaf) == output.dtype().storage().componentType();
        boolean element = to != null && (exact || Arguments.widens(output.dtype(), to));
        boolean fits = JavaTypes.isOpen(wanted) || JavaTypes.isJoml(wanted) && output.rank() > 0
                || wanted.isArray() && leaf.isPrimitive() && element && (JavaTypes.depth(wanted) == 1 || JavaTypes.depth(wanted) == output.rank())
                || !destination && !wanted.isArray() && element && output.rank() == 0;
        if (!fits)
            throw mismatch("a %s cannot take the output %s, which is %s; cast the output, or change the method"
                    .formatted(wanted.getSimpleName(), output.label(), output.type()));
    }

    private DamoException mismatch(String why) {
        String has = "%s %s.%s(%s)".formatted(method.getReturnType().getSimpleName(), type.getSimpleName(), method.getName(),
                Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", ")));
        return new DamoException(("%s: as: %s does not fit %s: %s;"
                + " parameters are the inputs in order, then, if nothing is returned, a destination for each output")
                .formatted(function.label(), has, function, why));
    }

    // ---- implementing

    T implementation() {
        T general = general();
        return entry(general).flatMap(function.executable()::implementation).orElse(general);
    }

    private T general() {
        InvocationHandler handler = (proxy, called, arguments) -> {
            if (called.getDeclaringClass() == Object.class) return object(proxy, called, arguments);
            if (called.isDefault()) return InvocationHandler.invokeDefault(proxy, called, arguments);
            return call(arguments == null ? new Object[0] : arguments);
        };
        ClassLoader loader = type.getClassLoader() == null ? Signature.class.getClassLoader() : type.getClassLoader();
        return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler));
    }

    /// What a back end needs to know to implement the interface itself; nothing if some value needs thought at each call.
    private Optional<Entry<T>> entry(T general) {
        if (function.hasState() || inputs != function.inputs().size()) return Optional.empty();
        Class<?>[] parameters = method.getParameterTypes();
        boolean isVoid = method.getReturnType() == void.class;
        var in = new ArrayList<Entry.Passing>();
        for (int i = 0; i < inputs; i++) in.add(passing(function.inputs().get(i), parameters[i], true));
        var out = new ArrayList<Entry.Passing>();
        for (int i = inputs; i < parameters.length; i++) out.add(passing(function.outputs().get(i - inputs), parameters[i], false));
        if (out.isEmpty() && !isVoid) out.add(passing(function.outputs().getFirst(), method.getReturnType(), false));
        boolean known = Stream.concat(in.stream(), out.stream()).allMatch(Objects::nonNull);
        return known ? Optional.of(new Entry<>(type, method, in, out, general)) : Optional.empty();
    }

    /// How values of this class are those of `v`, or `null`.
    private static Entry.Passing passing(Variable v, Class<?> c, boolean input) {
        DType number = JavaTypes.dtype(c);
        // A negative number is none of an unsigned dtype, which only a look at it tells.
        if (number != null && v.rank() == 0 && (input ? Arguments.widens(number, v.dtype())
                : Arguments.widens(v.dtype(), number) || c == v.dtype().storage().componentType())) return new Entry.Number(c, number);
        if (c == v.dtype().storage() && (v.rank() == 1 || !input && v.rank() > 0)) return new Entry.Flat(c);
        Joml kind = Joml.of(c);
        boolean fits = kind != null && kind.shape().size() == v.rank()
                && (input ? Arguments.widens(kind.dtype(), v.dtype()) : c == kind.type() && Arguments.widens(v.dtype(), kind.dtype()));
        return fits ? new Entry.Fields(c, kind) : null;
    }

    private Object object(Object proxy, Method called, Object[] arguments) {
        return switch (called.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> function + " as " + type.getName();
        };
    }

    private Object call(Object[] arguments) {
        Frame frame = function.frames().take();
        function.accept(frame, null, arguments, inputs);
        Object result = inputs == arguments.length && method.getReturnType() != void.class ? result(frame) : place(frame, arguments);
        frame.clear();
        function.frames().give(frame);
        return result;
    }

    private Object result(Frame frame) {
        boolean number = JavaTypes.unboxed(method.getReturnType()).isPrimitive();
        if (number) frame.offer(null);
        function.run(frame, null);
        if (number) frame.keep(null);
        return JavaTypes.result(frame.results[0], method.getReturnType());
    }

    private Object place(Frame frame, Object[] arguments) {
        for (int i = inputs; i < arguments.length; i++)
            if (arguments[i] == null) throw new DamoException("%s: the destination of output %d is null; pass a %s"
                    .formatted(function.label(), i - inputs, method.getParameterTypes()[i].getSimpleName()));
        if (frame.place(function.outputs(), arguments, inputs)) function.run(frame, null);
        else function.run(frame, Destinations.of(function.label(), function.outputs(), Arrays.copyOfRange(arguments, inputs, arguments.length)));
        return method.getReturnType() == void.class ? null : arguments[inputs];
    }
}

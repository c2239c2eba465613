package damo;

import damo.graph.Lambda;
import damo.graph.Variable;
import damo.spi.Executable;
import damo.spi.Pool;
import damo.text.Pretty;
import damo.type.TensorType;
import damo.value.NDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A function that was compiled. Immutable, and safe to call from many threads; state is in the [Shared] variables that it mentions.
///
/// **Arguments** are [NDArray]s, Java arrays, numbers, booleans and JOML values. A lone `double[][]` is one argument. The dtype must be
/// the input's or widen to it without loss (int32 to int64 or float64, float32 to float64); a Java number takes the dtype of a scalar
/// input. They are only read, and results never share their memory.
///
/// **Three ways to call**: `f.call(…)` with Java values; `f.into(buffers).call(…)` into the caller's memory, or with inputs given by `with`
/// `f.into(buffers).with(x, array).run()`, which allocates nothing; and [#as], as a functional interface.
///
/// **Threads**: large kernels are done by as many threads as there are processors, or as `-Ddamo.threads` says (1: the caller alone); the bits of
/// the results do not depend on it.
///
/// Updates happen together at the end of a call. A call that throws a [DamoException] has changed no state.
public final class CompiledFunction {
    private final Definition definition;
    private final Lambda program;
    private final Executable executable;
    private final State state;
    private final List<Variable> inputs;
    private final List<Variable> outputs;
    private final String[] places;
    private final TensorType[] types;
    private final Pool<Frame> frames;
    private final Call plain;

    CompiledFunction(Definition definition, Lambda program, Executable executable, List<Shared> shared) {
        this.definition = definition;
        this.program = program;
        this.executable = executable;
        state = new State(shared, definition.targets());
        inputs = definition.inputs().stream().map(Definition.In::variable).toList();
        outputs = definition.outputs().stream().map(Definition.Out::variable).toList();
        places = new String[definition.inputs().size()];
        for (int i = 0; i < places.length; i++) places[i] = "%s: the input %s".formatted(label(), inputName(i));
        types = inputs.stream().map(Variable::type).toArray(TensorType[]::new);
        int results = program.results().size();
        int reads = state.reads();
        frames = new Pool<>(() -> new Frame(places.length, reads, outputs.size(), results));
        plain = new Call(this, new NDArray[places.length], null);
    }

    // ---- calling

    /// The first output. Arguments fill the inputs in order, defaults the rest.
    ///
    /// @throws DamoException naming the input for which there is no value or a wrong one
    public NDArray call(Object... arguments) {
        return plain.call(arguments);
    }

    /// All outputs, in order.
    public List<NDArray> callAll(Object... arguments) {
        return plain.callAll(arguments);
    }

    /// All outputs by name, in order: the name given with [FunctionBuilder#out(String, Variable)], else the variable's, else its number.
    public Map<String, NDArray> callMap(Object... arguments) {
        return plain.callMap(arguments);
    }

    /// Calls it for its updates, with defaults for all inputs: see [Call#run].
    public void run() {
        plain.run();
    }

    /// A call with this value for the input of this name: the one given to [FunctionBuilder#in(Variable, Object, String)], else the variable's.
    public Call with(String input, Object value) {
        return plain.with(input, value);
    }

    /// A call with this value for this input.
    public Call with(Variable input, Object value) {
        return plain.with(input, value);
    }

    /// A call whose outputs go into these: see [Call#into].
    public Call into(Object... destinations) {
        return plain.into(destinations);
    }

    /// The function as an implementation of a functional interface: its parameters are the inputs, in order (inputs with defaults may be
    /// missing at the end), its result is the only output. A method that returns nothing has one more parameter for each output: an array,
    /// [NDArray] or JOML value to put it into. Types are primitives, primitive arrays, [NDArray], JOML values, and `Object` for any of these.
    ///
    /// A small function of numbers, JOML values, and arrays whose extents its types say costs what a hand-written method costs, if the interface is
    /// public; it allocates nothing but what it returns. Extents that only JOML's classes say allow for other products of matrices than
    /// [#call] has, so the last digit may differ from there.
    ///
    /// @throws DamoException naming the method, if the types do not fit
    public <T> T as(Class<T> type) {
        return Signature.of(this, type).implementation();
    }

    // ---- what it is

    /// The name, or `f`.
    public String name() {
        return program.name();
    }

    /// The inputs, in order.
    public List<Variable> inputs() {
        return inputs;
    }

    /// The outputs, in order, before rewriting.
    public List<Variable> outputs() {
        return outputs;
    }

    /// The shared variables that a call changes.
    public List<Shared> updated() {
        return definition.targets();
    }

    /// The outputs as formulas, after rewriting; one a line.
    public String pretty() {
        return Pretty.print(program.results().subList(0, outputs.size()));
    }

    /// What was compiled so far: kernels, and what was fused.
    public String explain() {
        return "%s%n%s".formatted(this, executable.explain());
    }

    /// The text of what was compiled so far: the kernels that became bytecode, as [damo.spi.Executable#text] has them, or OpenCL C.
    ///
    /// @throws DamoException before the first call
    public String toText() {
        String text = executable.text();
        if (text.isEmpty()) throw new DamoException("%s: toText: nothing is compiled before the first call; call it first".formatted(label()));
        return text;
    }

    /// Writes the class files that were emitted so far into `folder`, for a look with `javap -c`; the files, without vectors and then with them.
    ///
    /// @throws DamoException before the first call, where nothing becomes bytecode (on a device), or if a file cannot be written
    public List<Path> toClassFile(Path folder) {
        List<byte[]> files = executable.classFiles();
        if (files.isEmpty())
            throw new DamoException("%s: toClassFile: there are no class files; there are some after a call on the CPU".formatted(label()));
        var paths = new ArrayList<Path>();
        try {
            Files.createDirectories(folder);
            for (byte[] file : files)
                paths.add(Files.write(folder.resolve("%s-%d.class".formatted(name().replaceAll("[^A-Za-z0-9_]", "_"), paths.size() + 1)), file));
            return paths;
        } catch (IOException e) {
            throw new DamoException("%s: toClassFile: cannot write to %s: %s".formatted(label(), folder, e), e);
        }
    }

    /// How many kernels the last call ran: as the program was lowered, and after fusion. Zeros before the first call, and where nothing is compiled.
    public int[] kernels() {
        return executable.kernels();
    }

    /// The start of a changed copy: with other shared variables, or without updates.
    public FunctionCopy copy() {
        return new FunctionCopy(definition);
    }

    /// `f(x: float64[?], y: float64) -> (float64[?])`.
    @Override public String toString() {
        return "%s(%s) -> (%s)".formatted(name(), signature(), outputs.stream().map(o -> o.type().toString()).collect(Collectors.joining(", ")));
    }

    // ---- for calls

    String label() {
        return definition.label();
    }

    Executable executable() {
        return executable;
    }

    boolean hasState() {
        return !state.isEmpty();
    }

    boolean hasDefault(int input) {
        return definition.inputs().get(input).value() != null;
    }

    private String inputName(int i) {
        Definition.In in = definition.inputs().get(i);
        return !in.name().isEmpty() ? in.name() : "number " + (i + 1);
    }

    private String signature() {
        var parts = new ArrayList<String>();
        for (int i = 0; i < places.length; i++)
            parts.add("%s: %s%s".formatted(inputName(i), definition.inputs().get(i).variable().type(),
                    hasDefault(i) ? " = " + definition.inputs().get(i).value() : ""));
        return String.join(", ", parts);
    }

    /// The position of the input of this name.
    int position(String input) {
        int found = -1;
        for (int i = 0; i < places.length; i++) {
            if (!definition.inputs().get(i).name().equals(input)) continue;
            if (found >= 0)
                throw new DamoException("%s: two inputs are called '%s'; pass the variable: with(variable, value)".formatted(label(), input));
            found = i;
        }
        if (found < 0) throw new DamoException("%s: no input is called '%s'; it takes (%s)".formatted(label(), input, signature()));
        return found;
    }

    /// The position of this input.
    int position(Variable input) {
        for (int i = 0; i < places.length; i++) if (definition.inputs().get(i).variable().op().equals(input.op())) return i;
        throw new DamoException("%s: %s is not an input; it takes (%s)".formatted(label(), input.describe(), signature()));
    }

    /// `value` as a value of input `i`.
    NDArray argument(int i, Object value) {
        return Arguments.convert(places[i], definition.inputs().get(i).variable().type(), value, definition.downcast());
    }

    /// Memory for one call; it may be given back when nothing of it is needed any more.
    Pool<Frame> frames() {
        return frames;
    }

    /// Puts values for all inputs into `frame`: `bound` ones, if any; the first `count` of `arguments` for the others, in order; then defaults.
    void accept(Frame frame, NDArray[] bound, Object[] arguments, int count) {
        int next = 0;
        List<String> missing = List.of();
        for (int i = 0; i < places.length; i++) {
            NDArray value = bound == null ? null : bound[i];
            if (value == null && next < count) {
                Object given = arguments[next++];
                value = frame.plain(i, types[i], given);
                if (value == null) value = argument(i, given);
            } else if (value == null && hasDefault(i)) value = definition.inputs().get(i).value();
            else if (value == null) (missing = missing.isEmpty() ? new ArrayList<>() : missing).add(inputName(i));
            frame.arguments[i] = value;
        }
        if (next < count)
            throw new DamoException("%s: %d arguments were given, but there is room for %d; it takes (%s)"
                    .formatted(label(), count, next, signature()));
        if (!missing.isEmpty())
            throw new DamoException("%s: no value for %s; it takes (%s)".formatted(label(), String.join(", ", missing), signature()));
    }

    /// Runs it with what [#accept] put into `frame`, whose results then begin with the outputs.
    ///
    /// @param destinations where outputs go, or `null` for fresh arrays
    void run(Frame frame, Destinations destinations) {
        if (destinations != null) System.arraycopy(destinations.direct(), 0, frame.destinations, 0, outputs.size());
        if (state.isEmpty()) {
            executable.run(frame.arguments, frame.destinations, frame.results);
            if (destinations != null) destinations.deliver(frame.results);
            return;
        }
        state.lock();
        try {
            state.read(frame.arguments, places.length, executable);
            state.offer(frame.results, outputs.size(), destinations == null || !destinations.mayFail());
            executable.run(frame.arguments, frame.destinations, frame.results);
            if (destinations != null) deliver(frame, destinations);
            state.commit(frame.results, outputs.size());
        } finally {
            state.unlock();
        }
    }

    private void deliver(Frame frame, Destinations destinations) {
        try {
            destinations.deliver(frame.results);
        } catch (RuntimeException | Error e) {
            state.drop(frame.results, outputs.size());
            throw e;
        }
    }

    /// The names of the outputs, in order.
    Map<String, NDArray> byName(NDArray[] results) {
        var map = new LinkedHashMap<String, NDArray>();
        Set<String> given = definition.outputs().stream().map(Definition.Out::name).collect(Collectors.toSet());
        for (int i = 0; i < outputs.size(); i++) {
            String name = definition.outputs().get(i).name();
            String own = outputs.get(i).name();
            if (name.isEmpty()) name = own.isEmpty() || given.contains(own) || map.containsKey(own) ? Integer.toString(i) : own;
            map.put(name, results[i]);
        }
        return map;
    }
}

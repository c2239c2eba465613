package damo.kernel;

import damo.DamoException;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.kernel.Tokens.Kind;
import damo.kernel.Tokens.Token;
import damo.text.OpText;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Parses what is around the values of a program.
final class ProgramParser {
    private final Tokens tokens;
    private final ValueParser values;
    private final List<String> symbols = new ArrayList<>();
    private final List<Buffer> inputs = new ArrayList<>();
    private final Map<Buffer, NDArray> constants = new LinkedHashMap<>();
    private final List<Buffer> outputs = new ArrayList<>();

    ProgramParser(String text, Values pool) {
        tokens = new Tokens(text);
        values = new ValueParser(tokens, pool);
    }

    Program program() {
        tokens.expect("program");
        String name = tokens.name("the program's name");
        tokens.expect("(");
        if (tokens.peek().kind() == Kind.NAME && !tokens.at("const") || tokens.peek().kind() == Kind.QUOTED) {
            do symbol(); while (tokens.accept(","));
            if (!tokens.at(")")) tokens.expect(";");
        }
        if (!tokens.at(")"))
            do parameter(); while (tokens.accept(","));
        tokens.expect(")");
        tokens.expect("->");
        tokens.expect("(");
        if (!tokens.at(")"))
            do outputs.add(declaration()); while (tokens.accept(","));
        tokens.expect(")");
        tokens.expect("{");
        while (tokens.accept("var")) declaration();
        List<Step> steps = steps();
        if (tokens.peek().kind() != Kind.END) throw tokens.expected("the end");
        return new Program(name, List.copyOf(symbols), List.copyOf(inputs), constants, List.copyOf(outputs), steps);
    }

    private void symbol() {
        Token token = tokens.peek();
        String name = tokens.name("the name of a symbol");
        tokens.expect(":");
        tokens.expect("int32");
        if (!values.symbols.add(name)) throw tokens.expected(token, "a symbol that is not declared yet");
        symbols.add(name);
    }

    private void parameter() {
        if (!tokens.accept("const")) {
            inputs.add(declaration());
            return;
        }
        Buffer buffer = declaration();
        tokens.expect("=");
        constants.put(buffer, array(buffer));
    }

    private Buffer declaration() {
        tokens.expect("%");
        Token token = tokens.peek();
        String name = tokens.name("the name of a buffer");
        tokens.expect(":");
        DType dtype = Words.DTYPES.get(tokens.peek().text());
        if (dtype == null) throw tokens.expected("a dtype, one of " + List.of(DType.values()));
        tokens.take();
        Buffer buffer = new Buffer(name, dtype, values.list());
        if (values.buffers.put(name, buffer) != null) throw tokens.expected(token, "a buffer that is not declared yet");
        return buffer;
    }

    private NDArray array(Buffer buffer) {
        Token start = tokens.peek();
        tokens.expect("[");
        List<String> elements = new ArrayList<>();
        if (!tokens.at("]"))
            do elements.add(element(buffer)); while (tokens.accept(","));
        tokens.expect("]");
        long[] shape = new long[buffer.rank()];
        long size = 1;
        for (int i = 0; i < shape.length; i++) {
            if (!(buffer.extents().get(i).op() instanceof Scalar.Whole(var extent)))
                throw tokens.expected(start, "a constant whose extents are numbers");
            shape[i] = extent;
            size *= extent;
        }
        if (size != elements.size()) throw tokens.expected(start, "%d elements, got %d".formatted(size, elements.size()));
        Object storage = Storage.allocate(buffer.dtype(), elements.size());
        for (int i = 0; i < elements.size(); i++) put(buffer.dtype(), storage, i, elements.get(i));
        return NDArray.wrap(buffer.dtype(), storage, shape);
    }

    private String element(Buffer buffer) {
        if (tokens.at("..."))
            throw tokens.expected("all elements of %%%s: the text was shortened when it was printed".formatted(buffer.name()));
        if (tokens.accept("true")) return "1";
        if (tokens.accept("false")) return "0";
        Token token = tokens.peek();
        String text = values.numeral();
        if (!buffer.dtype().isFloat() && !text.matches("-?[0-9]{1,19}")) throw tokens.expected(token, "an integer");
        return text;
    }

    private static void put(DType dtype, Object storage, int i, String element) {
        if (dtype.isFloat()) Storage.setDouble(dtype, storage, i, ValueParser.real(element));
        else Storage.setLong(dtype, storage, i, Long.parseLong(element));
    }

    /// Steps up to a `}`, which is taken.
    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        while (!tokens.accept("}")) steps.add(step());
        return List.copyOf(steps);
    }

    private Step step() {
        if (tokens.accept("kernel")) return new Step.Launch(kernel());
        if (tokens.accept("contract")) return new Step.Contract(kernel());
        if (tokens.accept("if")) {
            Buffer condition = mention();
            tokens.expect("{");
            List<Step> then = steps();
            tokens.expect("else");
            tokens.expect("{");
            return new Step.Branch(condition, then, steps());
        }
        if (tokens.accept("loop")) return loop();
        if (tokens.accept("repeat")) return repeat();
        if (tokens.accept("strips")) return strips();
        if (tokens.accept("check")) return new Step.Check(mention(), tokens.take(Kind.STRING, "a message in quotes"));
        if (tokens.accept("call")) return call();
        throw tokens.expected("'kernel', 'contract', 'if', 'loop', 'repeat', 'strips', 'check', 'call' or '}'");
    }

    private Step call() {
        Token at = tokens.peek();
        String text = tokens.take(Kind.STRING, "an op in quotes");
        List<Buffer> reads = mentions();
        tokens.expect("->");
        List<Buffer> stores = mentions();
        try {
            return new Step.Call(OpText.parse(text, reads.stream().map(ProgramParser::operand).toList()), reads, stores);
        } catch (DamoException e) {
            throw tokens.broken(at, e.getMessage());
        }
    }

    /// What stands for a buffer in an op: nothing but its type matters there.
    private static Variable operand(Buffer b) {
        List<Long> extents = b.extents().stream().map(e -> e.op() instanceof Scalar.Whole(var extent) ? extent : TensorType.UNKNOWN).toList();
        return new Variable(new Op.Input(new Op.Input.Identity(), new TensorType(b.dtype(), extents)), b.name(), Source.NONE);
    }

    private List<Buffer> mentions() {
        List<Buffer> all = new ArrayList<>();
        tokens.expect("(");
        if (!tokens.at(")"))
            do all.add(mention()); while (tokens.accept(","));
        tokens.expect(")");
        return all;
    }

    private Step repeat() {
        Token token = tokens.peek();
        Step.Loop loop = loop();
        if (loop.body().size() != 1 || !(loop.body().getFirst() instanceof Step.Launch(var kernel)) || loop.until().isPresent())
            throw tokens.expected(token, "a loop of one kernel, without until");
        return new Step.Repeat(loop.index(), loop.steps(), kernel, loop.carries());
    }

    private Step strips() {
        Value each = values.extent();
        tokens.expect("{");
        List<Step.Strip> kernels = new ArrayList<>();
        while (!tokens.accept("}")) {
            boolean isSum = tokens.accept("sum");
            if (!isSum) tokens.expect("strip");
            Token token = tokens.peek();
            String name = tokens.name("the name of an axis");
            tokens.expect("kernel");
            Kernel kernel = kernel();
            Axis axis = kernel.axes().stream().filter(a -> a.name().equals(name)).findFirst()
                    .orElseThrow(() -> tokens.expected(token, "an axis of the kernel"));
            kernels.add(new Step.Strip(kernel, axis, isSum));
        }
        return new Step.Strips(kernels, each);
    }

    private Step.Loop loop() {
        Token token = tokens.peek();
        String index = tokens.name("the name of a symbol");
        tokens.expect("<");
        Value count = values.extent();
        if (!values.symbols.add(index)) throw tokens.expected(token, "a symbol that is not declared yet");
        tokens.expect("{");
        List<Step> body = new ArrayList<>();
        List<Step.Carry> carries = new ArrayList<>();
        Optional<Buffer> until = Optional.empty();
        while (!tokens.at("carry") && !tokens.at("until") && !tokens.at("}")) body.add(step());
        while (tokens.accept("carry")) {
            Buffer state = mention();
            tokens.expect("=");
            carries.add(new Step.Carry(state, mention()));
        }
        if (tokens.accept("until")) until = Optional.of(mention());
        tokens.expect("}");
        return new Step.Loop(index, count, body, carries, until);
    }

    private Buffer mention() {
        tokens.expect("%");
        return values.buffer("the name of a buffer");
    }

    private Kernel kernel() {
        String name = tokens.name("the kernel's name");
        tokens.expect("{");
        boolean loops = tokens.accept("for");
        List<Axis> axes = loops ? values.axes() : List.of();
        if (loops) tokens.expect("{");
        values.enter(axes);
        List<Store> stores = new ArrayList<>();
        for (values.named(); !tokens.accept("}"); values.named()) {
            Buffer to = values.buffer("a buffer to store into, '%1 = ' or '}'");
            List<Value> at = values.list();
            boolean adds = tokens.accept("+");
            tokens.expect("=");
            stores.add(new Store(to, at, values.value(), adds));
        }
        values.leave();
        if (loops) tokens.expect("}");
        return new Kernel(name, axes, stores);
    }
}

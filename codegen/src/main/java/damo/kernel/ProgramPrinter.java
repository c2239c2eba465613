package damo.kernel;

import damo.text.OpText;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Prints what is around the kernels of a program.
final class ProgramPrinter {
    private static final int LONGEST = 1024, SHORTENED = 8;

    private final StringBuilder out = new StringBuilder();
    private final Map<Kernel, Listing.Lines> lines = new IdentityHashMap<>();
    private int counted;                                               // so much of `out`
    private int line = 1;                                              // is before this line

    private ProgramPrinter() {}

    static Listing print(Program p) {
        var printer = new ProgramPrinter();
        printer.program(p);
        return new Listing(printer.out.toString(), printer.lines);
    }

    private void program(Program p) {
        String symbols = p.symbols().stream().map(s -> Words.name(s) + ": int32").collect(Collectors.joining(", "));
        Stream<String> constants = p.constants().entrySet().stream().sorted(Comparator.comparing(e -> e.getKey().name()))
                .map(ProgramPrinter::constant);
        String buffers = Stream.concat(p.inputs().stream().map(ProgramPrinter::declared), constants).collect(Collectors.joining(", "));
        String outputs = p.outputs().stream().map(ProgramPrinter::declared).collect(Collectors.joining(", "));
        out.append("program %s(%s%s%s) -> (%s) {\n".formatted(Words.name(p.name()), symbols,
                symbols.isEmpty() || buffers.isEmpty() ? "" : "; ", buffers, outputs));
        Set<Buffer> temporaries = new LinkedHashSet<>();
        collect(p.steps(), temporaries);
        p.inputs().forEach(temporaries::remove);
        p.outputs().forEach(temporaries::remove);
        temporaries.removeAll(p.constants().keySet());
        temporaries.forEach(t -> out.append("  var ").append(declared(t)).append('\n'));
        steps(p.steps(), 1);
        out.append("}\n");
    }

    /// Adds every buffer that the steps mention, in the order of the text.
    static void collect(List<Step> steps, Set<Buffer> into) {
        for (Step step : steps)
            switch (step) {
                case Step.Compute compute -> {
                    Loads.of(compute.kernel()).forEach(into::add);
                    compute.kernel().stores().forEach(s -> into.add(s.to()));
                }
                case Step.Branch(var condition, var then, var otherwise) -> {
                    into.add(condition);
                    collect(then, into);
                    collect(otherwise, into);
                }
                case Step.Loop(_, _, var body, var carries, var until) -> {
                    collect(body, into);
                    for (Step.Carry carry : carries) {
                        into.add(carry.state());
                        into.add(carry.next());
                    }
                    until.ifPresent(into::add);
                }
                case Step.Strips strips -> collect(List.copyOf(strips.kernels()), into);
                case Step.Check(var condition, _) -> into.add(condition);
                case Step.Call(_, var reads, var stores) -> {
                    into.addAll(reads);
                    into.addAll(stores);
                }
            }
    }

    private void steps(List<Step> steps, int indent) {
        String pad = KernelPrinter.pad(indent);
        for (Step step : steps)
            switch (step) {
                case Step.Launch(var kernel) -> kernel("kernel", kernel, indent);
                case Step.Contract(var kernel) -> kernel("contract", kernel, indent);
                case Step.Strip(var kernel, var axis, var isSum) ->
                    kernel("%s %s kernel".formatted(isSum ? "sum" : "strip", Words.name(axis.name())), kernel, indent);
                case Step.Strips(var kernels, var each) -> {
                    out.append("%sstrips %s {\n".formatted(pad, KernelPrinter.extent(each)));
                    steps(List.copyOf(kernels), indent + 1);
                    out.append(pad).append("}\n");
                }
                case Step.Repeat(var index, var count, var kernel, var carries) -> {
                    out.append("%srepeat %s < %s {\n".formatted(pad, Words.name(index), KernelPrinter.extent(count)));
                    kernel("kernel", kernel, indent + 1);
                    carries.forEach(c -> out.append("%s  carry %s = %s\n".formatted(pad, mention(c.state()), mention(c.next()))));
                    out.append(pad).append("}\n");
                }
                case Step.Branch(var condition, var then, var otherwise) -> {
                    out.append(pad).append("if ").append(mention(condition)).append(" {\n");
                    steps(then, indent + 1);
                    out.append(pad).append("} else {\n");
                    steps(otherwise, indent + 1);
                    out.append(pad).append("}\n");
                }
                case Step.Loop(var index, var count, var body, var carries, var until) -> {
                    out.append("%sloop %s < %s {\n".formatted(pad, Words.name(index), KernelPrinter.extent(count)));
                    steps(body, indent + 1);
                    carries.forEach(c -> out.append("%s  carry %s = %s\n".formatted(pad, mention(c.state()), mention(c.next()))));
                    until.ifPresent(b -> out.append("%s  until %s\n".formatted(pad, mention(b))));
                    out.append(pad).append("}\n");
                }
                case Step.Check(var condition, var message) -> out.append("%scheck %s \"%s\"\n".formatted(pad, mention(condition),
                        Words.escaped(message, '"')));
                case Step.Call(var op, var reads, var stores) -> out.append("%scall \"%s\"(%s) -> (%s)\n".formatted(pad,
                        Words.escaped(OpText.print(op), '"'), mentions(reads), mentions(stores)));
            }
    }

    private void kernel(String word, Kernel kernel, int indent) {
        Located text = new KernelPrinter().kernel(word, kernel, indent);
        for (; counted < out.length(); counted++) if (out.charAt(counted) == '\n') line++;
        lines.putIfAbsent(kernel, new Listing.Lines(text.rows(), line));
        out.append(text.text()).append('\n');
    }

    private static String mention(Buffer b) {
        return "%" + Words.name(b.name());
    }

    private static String mentions(List<Buffer> all) {
        return all.stream().map(ProgramPrinter::mention).collect(Collectors.joining(", "));
    }

    private static String declared(Buffer b) {
        return "%s: %s[%s]".formatted(mention(b), b.dtype(),
                b.extents().stream().map(KernelPrinter::extent).collect(Collectors.joining(", ")));
    }

    private static String constant(Map.Entry<Buffer, NDArray> e) {
        NDArray array = e.getValue();
        boolean shorten = array.size() > LONGEST;
        String elements = LongStream.range(0, shorten ? SHORTENED : array.size()).mapToObj(i -> element(array, i))
                .collect(Collectors.joining(", "));
        return "const %s = [%s%s]".formatted(declared(e.getKey()), elements, shorten ? ", ..." : "");
    }

    private static String element(NDArray array, long i) {
        return switch (array.dtype()) {
            case FLOAT64 -> KernelPrinter.number(array.doubleAt(i), DType.FLOAT64);
            case FLOAT32 -> {
                double x = array.doubleAt(i);
                yield Double.isFinite(x) ? Float.toString((float) x) : KernelPrinter.number(x, DType.FLOAT64);
            }
            case BOOL -> String.valueOf(array.longAt(i) != 0);
            case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> Long.toString(array.longAt(i));
        };
    }
}

package damo.opencl;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.math.Expansions;
import damo.plan.Mapping;
import damo.plan.Roots;
import damo.plan.Schedule;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The kernels of a program as one text in OpenCL C 1.2.
///
/// @param text the whole source; equal kernels of equal names give equal text
/// @param entries its kernels, in the order that was given
/// @param origins for each line of the text, from 1, the line of the listing that it is for; 0 if none is known
/// @param isWide whether it needs float64
public record OpenClText(String text, List<Entry> entries, List<Integer> origins, boolean isWide) {
    /// The items of a work group, of every kernel.
    public static final int GROUP = FoldText.GROUP;
    private static final Pattern WIDE = Pattern.compile("\\bdouble\\b");

    /// A kernel of the text.
    ///
    /// @param name what the text calls it
    /// @param buffers its first arguments
    /// @param symbols its further arguments, `int`
    /// @param outer the axes whose positions run at the same time
    /// @param isGroup whether each of these positions is a group, or else an item
    public record Entry(String name, Kernel kernel, List<Buffer> buffers, List<String> symbols, List<Axis> outer, boolean isGroup) {
        /// How many groups there must be for so many positions of the outer axes.
        public long groups(long positions) {
            return isGroup ? positions : (positions + GROUP - 1) / GROUP;
        }
    }

    /// The text of `kernels`, whose values are of one pool.
    ///
    /// @param listing the text that [#origins] mean
    public static OpenClText of(Values values, List<Kernel> kernels, Listing listing) {
        var helpers = new Helpers();
        var names = new Names();
        var body = new ArrayList<Code.Line>();
        var entries = new ArrayList<Entry>();
        for (Kernel kernel : kernels) {
            var writer = new Writer(values, Dialect.OPENCL, new Operations(helpers), kernel, names.of(kernel, kernel.name()), listing.of(kernel));
            entries.add(writer.entry);
            body.add(new Code.Line("", 0));
            body.addAll(writer.code.lines());
        }
        String kernelsText = body.stream().map(Code.Line::text).collect(Collectors.joining("\n"));
        boolean isWide = WIDE.matcher(kernelsText + helpers.text()).find();
        String head = (isWide ? Dialect.OPENCL.wide() : "") + Dialect.OPENCL.begin() + helpers.text();
        var origins = new ArrayList<Integer>();
        head.lines().forEach(_ -> origins.add(0));
        body.forEach(line -> origins.add(line.origin()));
        return new OpenClText(head + kernelsText + "\n", entries, origins, isWide);
    }

    /// Writes one kernel.
    private static final class Writer {
        final Code code = new Code();
        final Entry entry;
        private final ValueText text;
        private final Dialect dialect;

        Writer(Values values, Dialect dialect, Operations operations, Kernel kernel, String name, Listing.Lines lines) {
            this.dialect = dialect;
            Kernel expanded = Expansions.expand(values, kernel);
            Mapping mapping = Mapping.of(values, expanded);
            List<Stmt> statements = Schedule.of(values, mapping.one(expanded));
            Stream<Stmt> extents = mapping.outer().stream().map(axis -> new Stmt.Let(axis.extent()));
            Roots roots = Roots.of(Stream.concat(extents, statements.stream()).toList());
            Set<Buffer> buffers = new LinkedHashSet<>(roots.buffers);
            Set<String> symbols = new LinkedHashSet<>(roots.symbols);
            entry = new Entry(name, kernel, List.copyOf(buffers), List.copyOf(symbols), mapping.outer(), mapping.isGroup());
            Map<DType, String> shared = new LinkedHashMap<>();
            var statementText = new StatementText(code, dialect, operations, new Names(), lines, shared);
            text = statementText.values();
            Set<Buffer> stored = kernel.stores().stream().map(s -> s.to()).collect(Collectors.toSet());
            String parameters = Stream.concat(
                    buffers.stream().map(b -> "%s %s%s* %s".formatted(dialect.global(), stored.contains(b) ? "" : "const ", CType.of(b.dtype()),
                            text.name(b))),
                    symbols.stream().map(s -> "const int " + text.symbol(s))).collect(Collectors.joining(", "));
            code.add(dialect.kernel(), GROUP);
            code.open("void %s(%s)".formatted(name, parameters));
            int top = code.lines().size();
            position(mapping);
            text.begin(roots.values);
            statementText.block(statements, mapping.isGroup());
            code.close();
            List<Code.Line> rest = code.cut(top);
            code.deeper(1);
            shared.forEach((t, memory) -> code.add("%s %s %s[%d];", dialect.local(), CType.of(t), memory, GROUP));
            code.deeper(-1);
            code.paste(rest);
        }

        /// Finds the position that this item or group has along the outer axes.
        private void position(Mapping mapping) {
            List<Axis> axes = mapping.outer().stream().filter(a -> !Values.isWhole(a.extent(), 1)).toList();
            String at = mapping.isGroup() ? dialect.group() : dialect.item();
            if (mapping.isGroup()) code.add("const int lane = %s;", dialect.lane());
            else {
                String total = axes.stream().map(a -> factor(a.extent())).collect(Collectors.joining(" * "));
                code.add("const int item = %s;", at);
                code.add("if ((uint)item >= (uint)(%s)) return;", total.isEmpty() ? "1" : total);
                at = "item";
            }
            for (int i = 0; i < axes.size(); i++) {
                String within = axes.stream().skip(i + 1).map(a -> factor(a.extent())).collect(Collectors.joining(" * "));
                String position = within.isEmpty() ? at : "%s / (%s)".formatted(at, within);
                String extent = factor(axes.get(i).extent());
                code.add("const int %s = %s;", text.name(axes.get(i)), i == 0 ? position : "%s %% %s".formatted(position, extent));
            }
        }

        private String factor(Value extent) {
            String x = text.offset(extent);
            return x.matches("\\w+") ? x : "(" + x + ")";
        }
    }
}

package damo.opencl;

import damo.CompilerBug;
import damo.kernel.Buffer;
import damo.kernel.Contractions;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.math.Expansions;
import damo.plan.Contraction;
import damo.plan.Mapping;
import damo.plan.Roots;
import damo.plan.Schedule;
import damo.plan.Sizes;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The kernels of a program as one text in OpenCL C 1.2.
///
/// @param text the whole source; equal kernels of equal names give equal text
/// @param entries its kernels, in the order that was given; a product of matrices has several in a row, with the same arguments and results
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
    /// @param outer what runs at the same time
    /// @param isGroup whether each part of it is done by a group, or else by an item
    /// @param effort how long a group takes, beside those of other entries for the same kernel
    public record Entry(String name, Kernel kernel, List<Buffer> buffers, List<String> symbols, List<Part> outer, boolean isGroup, int effort) {
        /// How many groups there must be.
        ///
        /// @param extents what they are in a call
        public long groups(ToLongFunction<Value> extents) {
            long parts = 1;
            for (Part part : outer) parts *= part.count(extents.applyAsLong(part.extent));
            return isGroup ? parts : (parts + GROUP - 1) / GROUP;
        }
    }

    /// An extent that runs in parts, of so many positions each.
    public record Part(Value extent, int size) {
        long count(long positions) {
            return (positions + size - 1) / size;
        }
    }

    /// The text of what the kernels of a program, whose values are of one pool, compute.
    ///
    /// @param listing the text that [#origins] mean
    /// @param sizes is asked who does how much
    public static OpenClText of(Values values, List<Step.Compute> steps, Listing listing, Sizes sizes) {
        var helpers = new Helpers();
        var names = new Names();
        var body = new ArrayList<Code.Line>();
        var entries = new ArrayList<Entry>();
        for (Step.Compute step : steps) {
            Kernel kernel = step.kernel();
            for (Optional<Tile> tile : tiles(step)) {
                String name = names.of(tile.isEmpty() ? kernel : List.of(kernel, tile), kernel.name());
                var writer = new Writer(values, Dialect.OPENCL, new Operations(helpers), kernel, tile, name, listing.of(kernel), sizes);
                entries.add(writer.entry);
                body.add(new Code.Line("", 0));
                body.addAll(writer.code.lines());
            }
        }
        String kernelsText = body.stream().map(Code.Line::text).collect(Collectors.joining("\n"));
        boolean isWide = WIDE.matcher(kernelsText + helpers.text()).find();
        String head = (isWide ? Dialect.OPENCL.wide() : "") + Dialect.OPENCL.begin() + helpers.text();
        var origins = new ArrayList<Integer>();
        head.lines().forEach(_ -> origins.add(0));
        body.forEach(line -> origins.add(line.origin()));
        return new OpenClText(head + kernelsText + "\n", entries, origins, isWide);
    }

    private static List<Optional<Tile>> tiles(Step.Compute step) {
        return switch (step) {
            case Step.Repeat _, Step.Strip _ -> throw new CompilerBug("opencl", "loops are done by steps, rows by items", step.kernel().toString());
            case Step.Launch _ -> List.of(Optional.empty());
            case Step.Contract(var kernel) -> Tile.of(Contractions.folds(kernel.stores().stream().map(Store::value).toList()).getFirst().dtype())
                    .stream().map(Optional::of).toList();
        };
    }

    /// Writes one kernel.
    private static final class Writer {
        final Code code = new Code();
        final Entry entry;
        private final ValueText text;
        private final Dialect dialect;

        Writer(Values values, Dialect dialect, Operations operations, Kernel kernel, Optional<Tile> tile, String name, Listing.Lines lines,
                Sizes sizes) {
            this.dialect = dialect;
            Kernel expanded = Expansions.expand(values, kernel);
            Mapping mapping = tile.isPresent() ? null : Mapping.of(values, expanded, sizes);
            List<Stmt> statements = tile.isPresent() ? Contraction.inTurn(values, expanded) : Schedule.of(values, mapping.one(expanded));
            Stream<Stmt> extents = mapping == null ? Stream.empty() : mapping.outer().stream().map(axis -> new Stmt.Let(axis.extent()));
            Roots roots = Roots.of(Stream.concat(extents, statements.stream()).toList());
            Set<Buffer> buffers = new LinkedHashSet<>(roots.buffers);
            Set<String> symbols = new LinkedHashSet<>(roots.symbols);
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
            List<Part> outer;
            if (tile.isPresent()) {
                text.begin(roots.values);
                var product = new TileText(code, dialect, statementText, lines, tile.get(), statements);
                outer = product.parts();
                product.write();
                code.close();
            } else {
                outer = mapping.outer().stream().map(axis -> new Part(axis.extent(), 1)).toList();
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
            entry = new Entry(name, kernel, List.copyOf(buffers), List.copyOf(symbols), outer, mapping == null || mapping.isGroup(),
                    tile.map(Tile::effort).orElse(1));
        }

        /// Finds the position that this item or group has along the outer axes.
        private void position(Mapping mapping) {
            String at = mapping.isGroup() ? dialect.group() : dialect.item();
            if (mapping.isGroup()) code.add("const int lane = %s;", dialect.lane());
            else {
                code.add("const int item = %s;", at);
                code.add("if ((uint)item >= (uint)(%s)) return;", text.count(mapping.outer()));
                at = "item";
            }
            text.positions(at, mapping.outer());
        }
    }
}

package damo.opencl;

import damo.CompilerBug;
import damo.kernel.Axis;
import damo.kernel.Listing;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.plan.Contraction;
import damo.plan.Roots;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.ArrayList;
import java.util.List;

/// Products of matrices in C, tile by tile. Every element is summed by one item in the order of its terms, by fused multiply-adds in blocks of
/// at most [Contraction#block] terms which are added: that is the order of the CPU, so the numbers are the same whatever the tile.
///
/// While a group works on what is in local memory, its items fetch the next terms into registers. Beyond the edges of a matrix there are zeros. The
/// blocks' totals are in an array that is indexed by a variable, in memory: they are touched rarely, and registers are few. What the epilogue
/// makes of a total is all that is stored.
final class TileText {

    private final Code code;
    private final Dialect dialect;
    private final ValueText values;
    private final StatementText statements;
    private final Listing.Lines lines;
    private final Tile tile;
    private final List<Stmt.Loop> batch = new ArrayList<>();
    private final List<Stmt> sum = new ArrayList<>();
    private final List<Stmt> epilogue = new ArrayList<>();
    private Stmt.Multiply product;
    private final String type;
    private final String vector;
    private final int width;                                           // elements of a vector

    /// @param contraction the statements of [damo.plan.Contraction#inTurn]
    TileText(Code code, Dialect dialect, StatementText statements, Listing.Lines lines, Tile tile, List<Stmt> contraction) {
        this.code = code;
        this.dialect = dialect;
        this.statements = statements;
        this.lines = lines;
        this.tile = tile;
        values = statements.values();
        List<Stmt> rest = contraction;
        while (rest.size() == 1 && rest.getFirst() instanceof Stmt.Loop loop) {
            batch.add(loop);
            rest = loop.body();
        }
        for (Stmt s : rest) {
            Stmt inner = s;
            while (inner instanceof Stmt.Loop loop) inner = loop.body().getLast();
            if (inner instanceof Stmt.Multiply multiply) product = multiply;
            (inner instanceof Stmt.Multiply ? sum : epilogue).add(s);
        }
        DType dtype = product.z().in().dtype();
        type = CType.of(dtype);
        width = 128 / dtype.bits();
        vector = type + width;
    }

    /// What is divided among groups: the rows and columns by tiles, all else one by one.
    List<OpenClText.Part> parts() {
        var parts = new ArrayList<OpenClText.Part>();
        batch.forEach(loop -> parts.add(new OpenClText.Part(loop.to(), 1)));
        parts.add(new OpenClText.Part(product.row().extent(), tile.rows()));
        parts.add(new OpenClText.Part(product.column().extent(), tile.columns()));
        return parts;
    }

    /// Writes the body of the kernel.
    void write() {
        code.add("%s %s tile_x[%d];", dialect.local(), vector, tile.depth() * stride(tile.rows()));
        code.add("%s %s tile_y[%d];", dialect.local(), vector, tile.depth() * stride(tile.columns()));
        code.add("const int lane = %s;", dialect.lane());
        code.add("const int group = %s;", dialect.group());
        code.add("const int rows = %s;", values.offset(product.row().extent()));
        code.add("const int columns = %s;", values.offset(product.column().extent()));
        code.add("const int tiles_across = (columns - 1) / %d + 1;", tile.columns());
        code.add("const int tiles_down = (rows - 1) / %d + 1;", tile.rows());
        code.add("const int row0 = group / tiles_across %% tiles_down * %d;", tile.rows());
        code.add("const int column0 = group %% tiles_across * %d;", tile.columns());
        code.add("const int matrix = group / tiles_across / tiles_down;");
        List<Axis> axes = batch.stream().map(Stmt.Loop::axis).toList();
        values.positions("matrix", axes);
        code.add("const int across = lane %% %d;", tile.across());
        code.add("const int down = lane / %d;", tile.across());
        code.add("%s total[%d] = {0};", type, tile.blockRows() * tile.blockColumns());
        sum.forEach(this::add);
        store();
    }

    private void add(Stmt s) {
        switch (s) {
            case Stmt.Loop(var axis, var from, var to, var body) -> {
                String i = values.name(axis);
                code.open("for (int %s = %s; %s < %s; %s++)".formatted(i, values.offset(from), i, values.offset(to), i));
                values.open();
                body.forEach(this::add);
                values.close();
                code.close();
            }
            case Stmt.Multiply m when Values.isWhole(m.terms(), 0) -> {}     // totals are 0 at first
            case Stmt.Multiply m -> multiply(m);
            case Stmt.Let _, Stmt.Put _, Stmt.Several _, Stmt.Clear _, Stmt.Run _, Stmt.Fold _, Stmt.Together _, Stmt.Repeat _, Stmt.Guard _ ->
                throw new CompilerBug("emit", "no part of a contraction", s.toString());
        }
    }

    private void multiply(Stmt.Multiply m) {
        code.add("const int terms = %s;", values.offset(m.terms()));
        Fetch x = new Fetch("x", "row", "rows", tile.rows(), m.x(), m.x().row(), m.x().column());
        Fetch y = new Fetch("y", "column", "columns", tile.columns(), m.y(), m.y().column(), m.y().row());
        for (Fetch f : List.of(x, y)) f.declare();
        for (int n = 0; n < vectors(); n++) code.add("%s s%d = 0;", vector, n);
        int block = Contraction.block(product.z().in().dtype());
        code.add("const int blocks = max(1, (terms + %d) / %d);", block - 1, block);
        code.add("const int block = (terms + blocks - 1) / blocks;");
        code.add("const int steps = (block + %d) / %d;", tile.depth() - 1, tile.depth());
        code.add("int from = 0;");
        code.add("int end = min(block, terms);");
        for (Fetch f : List.of(x, y)) f.fetch();
        code.open("for (int next = 1; next <= blocks * steps; ++next)");
        code.add(dialect.barrier());
        for (Fetch f : List.of(x, y)) f.keep();
        code.add(dialect.barrier());
        code.add("from = next / steps * block + next %% steps * %d;", tile.depth());
        code.add("end = min((next / steps + 1) * block, terms);");
        for (Fetch f : List.of(x, y)) f.fetch();
        terms();
        code.open("if (next % steps == 0)");
        flush();
        for (int n = 0; n < vectors(); n++) code.add("s%d = 0;", n);
        code.close();
        code.close();
    }

    /// One matrix on its way to local memory, where the elements of a term lie side by side. Neighbouring items fetch what is next to each other.
    private final class Fetch {
        final String name;
        final String at;
        final String end;
        final int length;
        final Value from;
        final Value stride;
        final Value termStride;
        final String buffer;
        final boolean byTerm;
        final int turns;

        /// @param at what counts its rows or columns, `length` of them in the tile, below `end`
        Fetch(String name, String at, String end, int length, Stmt.Matrix matrix, Value stride, Value termStride) {
            this.name = name;
            this.at = at;
            this.end = end;
            this.length = length;
            this.from = matrix.from();
            this.stride = stride;
            this.termStride = termStride;
            buffer = values.name(matrix.in());
            byTerm = !Values.isWhole(stride, 1);
            turns = length * tile.depth() / OpenClText.GROUP;
        }

        void declare() {
            int fast = byTerm ? tile.depth() : length;
            code.add("%s next_%s[%d];", type, name, turns);
            code.add("const int %s_fast = lane %% %d;", name, fast);
            code.add("const int %s_slow = lane / %d;", name, fast);
            code.add("const int %s_from = %s;", name, values.offset(from));
            code.add("const int %s_stride = %s;", name, values.offset(stride));
            code.add("const int %s_term = %s;", name, values.offset(termStride));
        }

        private void each() {
            int apart = OpenClText.GROUP / (byTerm ? tile.depth() : length);
            code.add("#pragma unroll");
            code.open("for (int turn = 0; turn < %d; ++turn)".formatted(turns));
            String slow = "%s_slow + turn * %d".formatted(name, apart);
            code.add("const int %s = %s;", at, byTerm ? slow : name + "_fast");
            code.add("const int term = %s;", byTerm ? name + "_fast" : slow);
        }

        /// From the device's memory.
        void fetch() {
            each();
            code.add("next_%s[turn] = %s0 + %s < %s && from + term < end", name, at, at, end);
            code.add("    ? %s[%s_from + (%s0 + %s) * %s_stride + (from + term) * %s_term] : 0;", buffer, name, at, at, name, name);
            code.close();
        }

        /// Into local memory.
        void keep() {
            each();
            code.add("((%s %s*)tile_%s)[term * %d + %s] = next_%s[turn];", dialect.local(), type, name, stride(length) * width, at, name);
            code.close();
        }
    }

    /// Vectors from one term to the next, one of them to spread over the banks of local memory.
    private int stride(int length) {
        return length / width + 1;
    }

    private int vectors() {
        return tile.blockRows() * tile.blockColumns() / width;
    }

    private void terms() {
        code.add("#pragma unroll 8");
        code.open("for (int term = 0; term < %d; ++term)".formatted(tile.depth()));
        for (int i = 0; i < tile.blockRows() / width; i++)
            code.add("const %s x%d = tile_x[term * %d + %d + down];", vector, i, stride(tile.rows()), i * tile.down());
        int across = tile.blockColumns() / width;
        for (int j = 0; j < across; j++)
            code.add("const %s y%d = tile_y[term * %d + %d + across];", vector, j, stride(tile.columns()), j * tile.across());
        for (int i = 0; i < tile.blockRows(); i++)
            for (int j = 0; j < across; j++) {
                int n = i * across + j;
                code.add("s%d = fma((%s)x%d.s%d, y%d, s%d);", n, vector, i / width, i % width, j, n);
            }
        code.close();
    }

    private void flush() {
        for (int n = 0; n < vectors(); n++) code.add("vstore%d(vload%d(%d, total) + s%d, %d, total);", width, width, n, n, n);
    }

    private void store() {
        code.origin(lines.of(product.z().in()));
        code.add("#pragma unroll 1");
        code.open("for (int element = 0; element < %d; ++element)".formatted(tile.blockRows() * tile.blockColumns()));
        code.add("const int i = element / %d;", tile.blockColumns());
        code.add("const int j = element %% %d;", tile.blockColumns());
        code.add("const int row = row0 + i / %d * %d + down * %d + i %% %d;", width, tile.down() * width, width, width);
        code.add("const int column = column0 + j / %d * %d + across * %d + j %% %d;", width, tile.across() * width, width, width);
        Stmt.Matrix z = product.z();
        code.open("if (row < rows && column < columns)");
        values.open();
        if (epilogue.isEmpty())
            code.add("%s[%s + row * %s + column * %s] = total[element];", values.name(z.in()), grouped(values.offset(z.from())),
                    grouped(values.offset(z.row())), grouped(values.offset(z.column())));
        else {
            // The contraction says that the sum is in memory, where the product goes.
            for (Value v : Roots.of(epilogue).all())
                if (v.op() instanceof Scalar.Flat(var from, _) && from.equals(z.in())) values.known(v, "total[element]");
            epilogue.forEach(s -> finish(s, "row", "column"));
        }
        values.close();
        code.close();
        code.close();
    }

    /// Writes what is stored at one element; its loops over rows, and over columns within, stand still.
    private void finish(Stmt s, String at, String within) {
        switch (s) {
            case Stmt.Guard(_, var body) -> body.forEach(b -> finish(b, at, within));
            case Stmt.Loop(var axis, _, _, var body) -> {
                code.add("const int %s = %s;", values.name(axis), at);
                body.forEach(b -> finish(b, within, null));
            }
            case Stmt.Let _, Stmt.Put _ -> statements.statements(List.of(s), false);
            case Stmt.Multiply _, Stmt.Several _, Stmt.Clear _, Stmt.Run _, Stmt.Repeat _, Stmt.Fold _, Stmt.Together _ ->
                throw new CompilerBug("emit", "no part of an epilogue", s.toString());
        }
    }

    private static String grouped(String x) {
        return x.matches("\\w+") ? x : "(" + x + ")";
    }
}

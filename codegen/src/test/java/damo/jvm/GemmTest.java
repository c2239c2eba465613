package damo.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.type.DType;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Products of all sizes, layouts and tiles against three loops with the same order of summation: the bits are the same.
class GemmTest {
    private static final int[] SIZES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 23, 31, 32, 33, 37, 50, 61, 70, 97};
    private static final int[] DEPTHS = {0, 1, 2, 3, 7, 64, 255, 319, 320, 321, 511, 512, 513, 700, 1100};

    private final Random random = new Random(7);

    /// All tiles that this JVM has for a dtype: those without vectors, and with the module also those of every length.
    private static List<Tiles> tiles(DType dtype) {
        var all = new ArrayList<>(List.of(Tiles.scalar(dtype)));
        ModuleLayer.boot().findModule("jdk.incubator.vector").ifPresent(module -> {
            GemmTest.class.getModule().addReads(module);
            for (int bits : new int[] {128, 256, 512}) all.add(Tiles.vector(dtype, bits));
        });
        return all;
    }

    /// A matrix somewhere in an array, row by row, column by column, or with gaps everywhere.
    private record Matrix(Object array, int from, int row, int column) {}

    private Matrix matrix(DType dtype, int rows, int columns) {
        int gap = random.nextInt(3);
        int from = random.nextInt(5);
        boolean byRow = random.nextBoolean();
        int near = gap == 2 ? 3 : 1;
        int far = near * (byRow ? columns : rows) + (gap > 0 ? random.nextInt(4) : 0);
        int size = from + near * (byRow ? columns : rows) + far * (byRow ? rows : columns) + 3;
        Object array = Array.newInstance(dtype == DType.FLOAT32 ? float.class : double.class, size);
        for (int i = 0; i < Array.getLength(array); i++) {
            if (array instanceof float[] x) x[i] = (float) random.nextGaussian();
            else ((double[]) array)[i] = random.nextGaussian();
        }
        return new Matrix(array, from, byRow ? far : near, byRow ? near : far);
    }

    /// A product to make.
    private record Case(Matrix x, Matrix y, Matrix z, int rows, int columns, int terms, boolean add) {
        Product into(Object array) {
            Product p = array instanceof float[] ? Product.ofFloats() : Product.ofDoubles();
            return p.x(x.array, x.from, x.row, x.column).y(y.array, y.from, y.row, y.column).z(array, z.from, z.row, z.column, add)
                    .size(rows, columns, terms);
        }

        int x(int row, int term) {
            return x.from + row * x.row + term * x.column;
        }

        int y(int term, int column) {
            return y.from + term * y.row + column * y.column;
        }

        int z(int row, int column) {
            return z.from + row * z.row + column * z.column;
        }
    }

    private Case product(DType dtype, int rows, int columns, int terms) {
        return new Case(matrix(dtype, rows, terms), matrix(dtype, terms, columns), matrix(dtype, rows, columns), rows, columns, terms,
                random.nextBoolean());
    }

    private static Object copy(Object array) {
        return array instanceof float[] x ? x.clone() : ((double[]) array).clone();
    }

    /// Three loops.
    private static Object expected(Case p) {
        Object z = copy(p.z.array);
        for (int i = 0; i < p.rows; i++)
            for (int j = 0; j < p.columns; j++) {
                int at = p.z(i, j);
                boolean add = p.add;
                if (!add && p.terms == 0) Array.set(z, at, z instanceof float[] ? (Object) 0f : (Object) 0.0);
                for (int from = 0; from < p.terms; from += depth(p, z), add = true) block(p, z, at, i, j, from, add);
            }
        return z;
    }

    private static int depth(Case p, Object z) {
        return Gemm.of(z instanceof float[] ? DType.FLOAT32 : DType.FLOAT64).depth(p.terms);
    }

    private static void block(Case p, Object z, int at, int i, int j, int from, boolean add) {
        int to = Math.min(p.terms, from + depth(p, z));
        if (z instanceof float[] f) {
            float sum = 0;
            for (int k = from; k < to; k++) sum = Math.fma(((float[]) p.x.array)[p.x(i, k)], ((float[]) p.y.array)[p.y(k, j)], sum);
            f[at] = add ? f[at] + sum : sum;
        } else {
            double sum = 0;
            for (int k = from; k < to; k++) sum = Math.fma(((double[]) p.x.array)[p.x(i, k)], ((double[]) p.y.array)[p.y(k, j)], sum);
            ((double[]) z)[at] = add ? ((double[]) z)[at] + sum : sum;
        }
    }

    private static void same(Object want, Object got, Case p, String how) {
        for (int i = 0; i < Array.getLength(want); i++)
            if (Array.getDouble(want, i) != Array.getDouble(got, i))
                assertEquals(Array.getDouble(want, i), Array.getDouble(got, i), "%s, element %d of %d x %d x %d, strides %d %d, %d %d, %d %d"
                        .formatted(how, i, p.rows, p.columns, p.terms, p.x.row, p.x.column, p.y.row, p.y.column, p.z.row, p.z.column));
    }

    private void agrees(Case p, List<Tiles> tiles) {
        Object want = expected(p);
        Object got = copy(p.z.array);
        p.into(got).run();
        same(want, got, p, "as called");
        var stores = new Stores(p);
        stores.product().run();
        stores.check(want, "with an epilogue");
        if (p.rows == 0 || p.columns == 0 || p.terms == 0) return;
        for (Tiles t : tiles) {
            Object z = copy(p.z.array);
            Gemm.of(t.dtype()).run(p.into(z), t);
            same(want, z, p, "by tiles of " + t.lanes());
            var others = new Stores(p);
            Gemm.of(t.dtype()).run(others.product(), t);
            others.check(want, "with an epilogue by tiles of " + t.lanes());
        }
    }

    /// An epilogue that does nothing but put each sum where it belongs.
    private final class Stores implements Epilogue {
        private final Case p;
        private final Object z;
        private final int[] count;

        Stores(Case p) {
            this.p = p;
            z = copy(p.z.array);
            count = new int[Array.getLength(z)];
        }

        Product product() {
            return new Case(p.x, p.y, p.z, p.rows, p.columns, p.terms, false).into(z).then(this, 7, null, null, 9);
        }

        @Override public void run(int kernel, Object[] buffers, int[] symbols, Object sums, int from, int stride, int around, int row, int rowEnd,
                int column, int columnEnd) {
            assertEquals(16, kernel + around);
            for (int i = row; i < rowEnd; i++)
                for (int j = column; j < columnEnd; j++) {
                    Array.set(z, p.z(i, j), Array.get(sums, from + i * stride + j));
                    count[p.z(i, j)]++;
                }
        }

        void check(Object want, String how) {
            for (int i = 0; i < p.rows; i++) for (int j = 0; j < p.columns; j++) assertEquals(1, count[p.z(i, j)], how);
            if (!p.add) same(want, z, p, how);
        }
    }

    @Test void allSizesAndLayoutsHaveTheSameBits() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            List<Tiles> tiles = tiles(dtype);
            for (int i = 0; i < 100; i++)
                agrees(product(dtype, any(SIZES), any(SIZES), any(DEPTHS)), tiles);
        }
    }

    @Test void blocksOfRowsAndColumnsMeet() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            agrees(product(dtype, 241, 5, 357), List.of());
            agrees(product(dtype, 500, 33, 3), List.of());
            agrees(product(dtype, 251, 6, 330), tiles(dtype));
            agrees(product(dtype, 293, 37, 330), tiles(dtype));
            agrees(product(dtype, 30, 900, 321), tiles(dtype));
            agrees(product(dtype, 13, 2100, 2), List.of());
            agrees(product(dtype, 3, 4097, 5), List.of());
        }
    }

    @Test void someRowsAreThoseOfTheWhole() {
        Case p = product(DType.FLOAT64, 57, 40, 400);
        Object whole = copy(p.z.array);
        Object parts = copy(p.z.array);
        p.into(whole).run();
        for (int from = 0; from < 57; from += 19) p.into(parts).rows(from, from + 19).run();
        p.into(parts).rows(57, 76).run();
        same(whole, parts, p, "by parts");
        var stores = new Stores(p);
        for (int from = 0; from < 57; from += 20) stores.product().rows(from, from + 20).run();
        stores.check(whole, "by parts, with an epilogue");
    }

    @Test void threadsDoNotDisturbEachOther() {
        List<Case> products = Stream.generate(() -> product(DType.FLOAT32, 40, 70, 300)).limit(8).toList();
        List<Object> want = products.stream().map(GemmTest::expected).toList();
        IntStream.range(0, 400).parallel().forEach(i -> {
            Case p = products.get(i % 8);
            Object z = copy(p.z.array);
            p.into(z).run();
            same(want.get(i % 8), z, p, "beside others");
        });
    }

    @Test void heightsCoverAllRows() {
        Tiles tiles = new Tiles(DType.FLOAT64, 8, 16, new int[] {12, 8, 4}, new Tile[3], new Tile[3], new Tile[3], new Tile[3], null);
        for (int rows = 1; rows < 100; rows++) {
            int covered = 0;
            while (covered < rows) covered += tiles.heights()[tiles.next(rows - covered)];
            assertTrue(covered - rows < 4, rows + " rows take " + covered);
        }
    }

    private int any(int[] sizes) {
        return sizes[random.nextInt(sizes.length)];
    }
}

package damo.jvm;

/// Where vectors lie in whole lines of the cache. One that lies in two lines is loaded twice, which costs a tenth of a product where loads limit it
/// (Intel's processors).
///
/// It is no more than a hint: the collector G1 gives an array of half a region or more regions of its own, and so begins it with a line; others
/// place it anywhere.
final class CacheLines {
    private static final int LINE = 64, HEADER = 16;                   // bytes: the latter of an array, before its elements
    private static final int REGIONS = 2048, LEAST_REGION = 1 << 20, MOST_REGION = 1 << 23;

    private CacheLines() {}

    /// The first element of an array that begins a line, elements being so large.
    static int first(int bytes) {
        return (LINE - HEADER) / bytes;
    }

    /// As many elements as fill whole lines.
    static int whole(int size, int bytes) {
        return Math.ceilDiv(size * bytes, LINE) * LINE / bytes;
    }

    /// How many elements an array has that begins with a line; 0 where that would be too large, since the heap is huge.
    static int least(int bytes) {
        long region = Math.max(LEAST_REGION, Runtime.getRuntime().maxMemory() / REGIONS);
        return region > MOST_REGION ? 0 : Math.toIntExact(Long.highestOneBit(2 * region - 1) / 2 / bytes);
    }
}

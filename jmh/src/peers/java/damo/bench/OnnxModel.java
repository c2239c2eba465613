package damo.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// ONNX models of one operation, as bytes. A message of protobuf is its fields, one after the other; the numbers of fields are those of
/// `onnx.proto3`, github.com/onnx/onnx.
final class OnnxModel {
    static final int FLOAT = 1;
    static final int DOUBLE = 11;

    private OnnxModel() {}

    /// An operation of the standard set, without attributes, on tensors of one type and shape. Inputs are named `x0`, `x1`, the output `y`.
    static byte[] of(String operation, int inputs, int type, long... shape) {
        byte[] dimensions = message(LongStream.of(shape).mapToObj(n -> field(1, field(1, n))));
        byte[] tensor = message(field(1, type), field(2, dimensions));
        byte[] node = message(Stream.concat(names(inputs).map(x -> field(1, x)), Stream.of(field(2, text("y")), field(4, text(operation)))));
        byte[] graph = message(Stream.concat(Stream.of(field(1, node), field(2, text("graph")), field(12, value("y", tensor))),
                names(inputs).map(x -> field(11, value(new String(x, StandardCharsets.UTF_8), tensor)))));
        // Versions: of the format, and of the set of operations.
        return message(field(1, 8), field(7, graph), field(8, message(field(1, text("")), field(2, 17))));
    }

    private static Stream<byte[]> names(int inputs) {
        return LongStream.range(0, inputs).mapToObj(i -> text("x" + i));
    }

    private static byte[] value(String name, byte[] tensor) {
        return message(field(1, text(name)), field(2, field(1, tensor)));
    }

    private static byte[] text(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] field(int number, long value) {
        return message(varint(number << 3), varint(value));
    }

    private static byte[] field(int number, byte[] value) {
        return message(varint(number << 3 | 2), varint(value.length), value);
    }

    /// Seven bits a byte, the lowest first; all but the last byte have the highest bit.
    private static byte[] varint(long value) {
        var out = new ByteArrayOutputStream();
        for (; value > 127; value >>= 7) out.write((int) (value & 127 | 128));
        out.write((int) value);
        return out.toByteArray();
    }

    private static byte[] message(byte[]... parts) {
        return message(Stream.of(parts));
    }

    private static byte[] message(Stream<byte[]> parts) {
        var out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }
}

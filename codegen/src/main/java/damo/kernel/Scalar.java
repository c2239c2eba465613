package damo.kernel;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.type.DType;
import java.util.List;

/// What a [Value] computes. Sealed; equality is the record's, by operand identity, so that it is its own key for hash-consing.
public sealed interface Scalar {
    /// A floating-point number.
    record Real(double value) implements Scalar {}

    /// An integer, or 0 or 1 for a bool.
    record Whole(long value) implements Scalar {}

    /// An extent that is fixed for one run of the program, int32.
    record Symbol(String name) implements Scalar {}

    /// The position along a loop, int32.
    record Index(Axis axis) implements Scalar {}

    /// The element at these int32 positions, one for each axis of the buffer. They are within the buffer.
    record Load(Buffer from, List<Value> at) implements Scalar {}

    /// The element at this int32 offset of the buffer, whose elements lie row-major.
    record Flat(Buffer from, Value offset) implements Scalar {}

    /// A scalar function of values of one dtype (of [ScalarOp#WHERE], all operands are computed).
    record Apply(ScalarOp f, List<Value> args) implements Scalar {}

    /// The value as another dtype: float to integer truncates toward zero, integers wrap, to bool is `x != 0`.
    record Convert(Value x) implements Scalar {}

    /// The bits of a float64 as an int64, of a float32 as an int32, and back. Which NaN it is may get lost.
    record Bits(Value x) implements Scalar {
        /// The dtype that bits of a value of `dtype` have, `null` if they are nothing else.
        public static DType of(DType dtype) {
            return switch (dtype) {
                case FLOAT64 -> DType.INT64;
                case FLOAT32 -> DType.INT32;
                case INT64 -> DType.FLOAT64;
                case INT32 -> DType.FLOAT32;
                case BOOL, INT8, INT16, UINT8, UINT16, UINT32, UINT64 -> null;
            };
        }
    }

    /// `then` if `condition` holds, else `otherwise`; the other one is not computed, so its loads may be out of range. No [Fold] inside.
    record Choose(Value condition, Value then, Value otherwise) implements Scalar {}

    /// `f` of `body` over all positions of `axes`, which nothing outside mentions.
    record Fold(Reduction f, List<Axis> axes, Value body) implements Scalar {
        /// The reduction of nothing: a number of dtype `t` that changes nothing it is taken together with.
        public static Scalar ofNothing(Reduction f, DType t) {
            if (t.isFloat()) return new Real(switch (f) {
                case SUM -> 0;
                case PROD -> 1;
                case MAX -> Double.NEGATIVE_INFINITY;
                case MIN -> Double.POSITIVE_INFINITY;
            });
            boolean signed = t.isInteger() && !t.isUnsigned();
            return new Whole(switch (f) {
                case SUM -> 0;
                case PROD -> 1;
                case MAX -> signed ? -1L << t.bits() - 1 : 0;
                case MIN -> t == DType.BOOL ? 1 : -1L >>> 64 - t.bits() + (signed ? 1 : 0);
            });
        }
    }

    /// The values that this one computes with.
    default List<Value> operands() {
        return switch (this) {
            case Real _, Whole _, Symbol _, Index _ -> List.of();
            case Load(_, var at) -> at;
            case Flat(_, var offset) -> List.of(offset);
            case Apply(_, var args) -> args;
            case Convert(var x) -> List.of(x);
            case Bits(var x) -> List.of(x);
            case Choose(var condition, var then, var otherwise) -> List.of(condition, then, otherwise);
            case Fold(_, _, var body) -> List.of(body);
        };
    }

    /// The same computation on other operands, given in the order of [#operands].
    default Scalar with(List<Value> o) {
        return switch (this) {
            case Real _, Whole _, Symbol _, Index _ -> this;
            case Load(var from, _) -> new Load(from, o);
            case Flat(var from, _) -> new Flat(from, o.getFirst());
            case Apply(var f, _) -> new Apply(f, o);
            case Convert _ -> new Convert(o.getFirst());
            case Bits _ -> new Bits(o.getFirst());
            case Choose _ -> new Choose(o.get(0), o.get(1), o.get(2));
            case Fold(var f, var axes, _) -> new Fold(f, axes, o.getFirst());
        };
    }
}

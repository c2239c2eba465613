package damo;

import static damo.type.TensorType.UNKNOWN;

import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import java.util.stream.LongStream;

/// Inputs: values that the caller of a function brings. A name starts with the letter of the dtype (b int8, w int16, i int32, l int64,
/// f float32, d float64); what has another dtype, or known extents, is a [#tensor]. Users see them as members of [Damo].
abstract class Inputs extends Elementwise {
    Inputs() {}

    /// An input of this dtype and these extents, −1 where an extent is not known.
    ///
    /// @throws DamoException if an extent is less than −1
    public static Variable tensor(DType dtype, String name, long... extents) {
        for (long extent : extents)
            if (extent < UNKNOWN)
                throw new DamoException("tensor: %s has the extent %d; it needs 0 or more, or -1 where it is not known".formatted(name, extent));
        var type = new TensorType(dtype, LongStream.of(extents).boxed().toList());
        return new Variable(new Op.Input(new Op.Input.Identity(), type), name, Source.here());
    }

    /// An input without a name.
    public static Variable tensor(DType dtype, long... extents) {
        return tensor(dtype, "", extents);
    }

    /// An int8 scalar.
    public static Variable bscalar(String name) {
        return tensor(DType.INT8, name);
    }

    /// An int8 scalar without a name.
    public static Variable bscalar() {
        return bscalar("");
    }

    /// An int8 vector.
    public static Variable bvector(String name) {
        return tensor(DType.INT8, name, UNKNOWN);
    }

    /// An int8 vector without a name.
    public static Variable bvector() {
        return bvector("");
    }

    /// An int8 matrix with one row.
    public static Variable brow(String name) {
        return tensor(DType.INT8, name, 1, UNKNOWN);
    }

    /// An int8 matrix with one row without a name.
    public static Variable brow() {
        return brow("");
    }

    /// An int8 matrix with one column.
    public static Variable bcol(String name) {
        return tensor(DType.INT8, name, UNKNOWN, 1);
    }

    /// An int8 matrix with one column without a name.
    public static Variable bcol() {
        return bcol("");
    }

    /// An int8 matrix.
    public static Variable bmatrix(String name) {
        return tensor(DType.INT8, name, UNKNOWN, UNKNOWN);
    }

    /// An int8 matrix without a name.
    public static Variable bmatrix() {
        return bmatrix("");
    }

    /// An int8 tensor with three axes.
    public static Variable btensor3(String name) {
        return tensor(DType.INT8, name, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int8 tensor with three axes without a name.
    public static Variable btensor3() {
        return btensor3("");
    }

    /// An int8 tensor with four axes.
    public static Variable btensor4(String name) {
        return tensor(DType.INT8, name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int8 tensor with four axes without a name.
    public static Variable btensor4() {
        return btensor4("");
    }

    /// An int16 scalar.
    public static Variable wscalar(String name) {
        return tensor(DType.INT16, name);
    }

    /// An int16 scalar without a name.
    public static Variable wscalar() {
        return wscalar("");
    }

    /// An int16 vector.
    public static Variable wvector(String name) {
        return tensor(DType.INT16, name, UNKNOWN);
    }

    /// An int16 vector without a name.
    public static Variable wvector() {
        return wvector("");
    }

    /// An int16 matrix with one row.
    public static Variable wrow(String name) {
        return tensor(DType.INT16, name, 1, UNKNOWN);
    }

    /// An int16 matrix with one row without a name.
    public static Variable wrow() {
        return wrow("");
    }

    /// An int16 matrix with one column.
    public static Variable wcol(String name) {
        return tensor(DType.INT16, name, UNKNOWN, 1);
    }

    /// An int16 matrix with one column without a name.
    public static Variable wcol() {
        return wcol("");
    }

    /// An int16 matrix.
    public static Variable wmatrix(String name) {
        return tensor(DType.INT16, name, UNKNOWN, UNKNOWN);
    }

    /// An int16 matrix without a name.
    public static Variable wmatrix() {
        return wmatrix("");
    }

    /// An int16 tensor with three axes.
    public static Variable wtensor3(String name) {
        return tensor(DType.INT16, name, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int16 tensor with three axes without a name.
    public static Variable wtensor3() {
        return wtensor3("");
    }

    /// An int16 tensor with four axes.
    public static Variable wtensor4(String name) {
        return tensor(DType.INT16, name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int16 tensor with four axes without a name.
    public static Variable wtensor4() {
        return wtensor4("");
    }

    /// An int32 scalar.
    public static Variable iscalar(String name) {
        return tensor(DType.INT32, name);
    }

    /// An int32 scalar without a name.
    public static Variable iscalar() {
        return iscalar("");
    }

    /// An int32 vector.
    public static Variable ivector(String name) {
        return tensor(DType.INT32, name, UNKNOWN);
    }

    /// An int32 vector without a name.
    public static Variable ivector() {
        return ivector("");
    }

    /// An int32 matrix with one row.
    public static Variable irow(String name) {
        return tensor(DType.INT32, name, 1, UNKNOWN);
    }

    /// An int32 matrix with one row without a name.
    public static Variable irow() {
        return irow("");
    }

    /// An int32 matrix with one column.
    public static Variable icol(String name) {
        return tensor(DType.INT32, name, UNKNOWN, 1);
    }

    /// An int32 matrix with one column without a name.
    public static Variable icol() {
        return icol("");
    }

    /// An int32 matrix.
    public static Variable imatrix(String name) {
        return tensor(DType.INT32, name, UNKNOWN, UNKNOWN);
    }

    /// An int32 matrix without a name.
    public static Variable imatrix() {
        return imatrix("");
    }

    /// An int32 tensor with three axes.
    public static Variable itensor3(String name) {
        return tensor(DType.INT32, name, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int32 tensor with three axes without a name.
    public static Variable itensor3() {
        return itensor3("");
    }

    /// An int32 tensor with four axes.
    public static Variable itensor4(String name) {
        return tensor(DType.INT32, name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int32 tensor with four axes without a name.
    public static Variable itensor4() {
        return itensor4("");
    }

    /// An int64 scalar.
    public static Variable lscalar(String name) {
        return tensor(DType.INT64, name);
    }

    /// An int64 scalar without a name.
    public static Variable lscalar() {
        return lscalar("");
    }

    /// An int64 vector.
    public static Variable lvector(String name) {
        return tensor(DType.INT64, name, UNKNOWN);
    }

    /// An int64 vector without a name.
    public static Variable lvector() {
        return lvector("");
    }

    /// An int64 matrix with one row.
    public static Variable lrow(String name) {
        return tensor(DType.INT64, name, 1, UNKNOWN);
    }

    /// An int64 matrix with one row without a name.
    public static Variable lrow() {
        return lrow("");
    }

    /// An int64 matrix with one column.
    public static Variable lcol(String name) {
        return tensor(DType.INT64, name, UNKNOWN, 1);
    }

    /// An int64 matrix with one column without a name.
    public static Variable lcol() {
        return lcol("");
    }

    /// An int64 matrix.
    public static Variable lmatrix(String name) {
        return tensor(DType.INT64, name, UNKNOWN, UNKNOWN);
    }

    /// An int64 matrix without a name.
    public static Variable lmatrix() {
        return lmatrix("");
    }

    /// An int64 tensor with three axes.
    public static Variable ltensor3(String name) {
        return tensor(DType.INT64, name, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int64 tensor with three axes without a name.
    public static Variable ltensor3() {
        return ltensor3("");
    }

    /// An int64 tensor with four axes.
    public static Variable ltensor4(String name) {
        return tensor(DType.INT64, name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// An int64 tensor with four axes without a name.
    public static Variable ltensor4() {
        return ltensor4("");
    }

    /// A float32 scalar.
    public static Variable fscalar(String name) {
        return tensor(DType.FLOAT32, name);
    }

    /// A float32 scalar without a name.
    public static Variable fscalar() {
        return fscalar("");
    }

    /// A float32 vector.
    public static Variable fvector(String name) {
        return tensor(DType.FLOAT32, name, UNKNOWN);
    }

    /// A float32 vector without a name.
    public static Variable fvector() {
        return fvector("");
    }

    /// A float32 matrix with one row.
    public static Variable frow(String name) {
        return tensor(DType.FLOAT32, name, 1, UNKNOWN);
    }

    /// A float32 matrix with one row without a name.
    public static Variable frow() {
        return frow("");
    }

    /// A float32 matrix with one column.
    public static Variable fcol(String name) {
        return tensor(DType.FLOAT32, name, UNKNOWN, 1);
    }

    /// A float32 matrix with one column without a name.
    public static Variable fcol() {
        return fcol("");
    }

    /// A float32 matrix.
    public static Variable fmatrix(String name) {
        return tensor(DType.FLOAT32, name, UNKNOWN, UNKNOWN);
    }

    /// A float32 matrix without a name.
    public static Variable fmatrix() {
        return fmatrix("");
    }

    /// A float32 tensor with three axes.
    public static Variable ftensor3(String name) {
        return tensor(DType.FLOAT32, name, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// A float32 tensor with three axes without a name.
    public static Variable ftensor3() {
        return ftensor3("");
    }

    /// A float32 tensor with four axes.
    public static Variable ftensor4(String name) {
        return tensor(DType.FLOAT32, name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// A float32 tensor with four axes without a name.
    public static Variable ftensor4() {
        return ftensor4("");
    }

    /// A float64 scalar.
    public static Variable dscalar(String name) {
        return tensor(DType.FLOAT64, name);
    }

    /// A float64 scalar without a name.
    public static Variable dscalar() {
        return dscalar("");
    }

    /// A float64 vector.
    public static Variable dvector(String name) {
        return tensor(DType.FLOAT64, name, UNKNOWN);
    }

    /// A float64 vector without a name.
    public static Variable dvector() {
        return dvector("");
    }

    /// A float64 matrix with one row.
    public static Variable drow(String name) {
        return tensor(DType.FLOAT64, name, 1, UNKNOWN);
    }

    /// A float64 matrix with one row without a name.
    public static Variable drow() {
        return drow("");
    }

    /// A float64 matrix with one column.
    public static Variable dcol(String name) {
        return tensor(DType.FLOAT64, name, UNKNOWN, 1);
    }

    /// A float64 matrix with one column without a name.
    public static Variable dcol() {
        return dcol("");
    }

    /// A float64 matrix.
    public static Variable dmatrix(String name) {
        return tensor(DType.FLOAT64, name, UNKNOWN, UNKNOWN);
    }

    /// A float64 matrix without a name.
    public static Variable dmatrix() {
        return dmatrix("");
    }

    /// A float64 tensor with three axes.
    public static Variable dtensor3(String name) {
        return tensor(DType.FLOAT64, name, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// A float64 tensor with three axes without a name.
    public static Variable dtensor3() {
        return dtensor3("");
    }

    /// A float64 tensor with four axes.
    public static Variable dtensor4(String name) {
        return tensor(DType.FLOAT64, name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /// A float64 tensor with four axes without a name.
    public static Variable dtensor4() {
        return dtensor4("");
    }
}

package damo.jvm;

import damo.type.DType;

/// The JVM's own types, in the order in which an instruction's variants come.
enum JvmType {
    INT("I", 1), LONG("J", 2), FLOAT("F", 1), DOUBLE("D", 2);

    private final String letter;
    private final int slots;

    JvmType(String letter, int slots) {
        this.letter = letter;
        this.slots = slots;
    }

    /// What values of `dtype` are on the stack: bool and integers of up to 32 bits are ints.
    static JvmType of(DType dtype) {
        return switch (dtype) {
            case BOOL, INT8, INT16, INT32, UINT8, UINT16, UINT32 -> INT;
            case INT64, UINT64 -> LONG;
            case FLOAT32 -> FLOAT;
            case FLOAT64 -> DOUBLE;
        };
    }

    /// The variant for this type of an instruction, given that for ints.
    int variant(int opcode) {
        return opcode + ordinal();
    }

    /// The descriptor of this type.
    String descriptor() {
        return letter;
    }

    /// The descriptor of a method from `arity` of this type to one.
    String descriptor(int arity) {
        return "(" + letter.repeat(arity) + ")" + letter;
    }

    /// How many local variables or places on the stack a value takes.
    int slots() {
        return slots;
    }
}

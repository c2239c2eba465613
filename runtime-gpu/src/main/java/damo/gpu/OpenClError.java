package damo.gpu;

import java.util.Map;

/// An OpenCL function failed.
final class OpenClError extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(-1, "DEVICE_NOT_FOUND"), Map.entry(-2, "DEVICE_NOT_AVAILABLE"), Map.entry(-3, "COMPILER_NOT_AVAILABLE"),
            Map.entry(-4, "MEM_OBJECT_ALLOCATION_FAILURE"), Map.entry(-5, "OUT_OF_RESOURCES"), Map.entry(-6, "OUT_OF_HOST_MEMORY"),
            Map.entry(-11, "BUILD_PROGRAM_FAILURE"), Map.entry(-12, "MAP_FAILURE"), Map.entry(-30, "INVALID_VALUE"),
            Map.entry(-34, "INVALID_CONTEXT"), Map.entry(-36, "INVALID_COMMAND_QUEUE"), Map.entry(-38, "INVALID_MEM_OBJECT"),
            Map.entry(-42, "INVALID_BINARY"), Map.entry(-43, "INVALID_BUILD_OPTIONS"), Map.entry(-44, "INVALID_PROGRAM"),
            Map.entry(-45, "INVALID_PROGRAM_EXECUTABLE"), Map.entry(-46, "INVALID_KERNEL_NAME"), Map.entry(-48, "INVALID_KERNEL"),
            Map.entry(-49, "INVALID_ARG_INDEX"), Map.entry(-50, "INVALID_ARG_VALUE"), Map.entry(-51, "INVALID_ARG_SIZE"),
            Map.entry(-52, "INVALID_KERNEL_ARGS"), Map.entry(-54, "INVALID_WORK_GROUP_SIZE"), Map.entry(-55, "INVALID_WORK_ITEM_SIZE"),
            Map.entry(-61, "INVALID_BUFFER_SIZE"), Map.entry(-63, "INVALID_GLOBAL_WORK_SIZE"), Map.entry(-1001, "PLATFORM_NOT_FOUND_KHR"));

    private final int status;

    private OpenClError(String function, int status) {
        super("%s answers %d (%s)".formatted(function, status, NAMES.getOrDefault(status, "a code without a name")));
        this.status = status;
    }

    static void check(String function, int status) {
        if (status != 0) throw new OpenClError(function, status);
    }

    /// Whether less memory might help.
    boolean isMemory() {
        return switch (status) {
            case -4, -5, -6, -61 -> true;
            default -> false;
        };
    }
}

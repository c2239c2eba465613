/// Runs Damo's functions on OpenCL devices.
module damo.gpu {
    exports damo.gpu;

    requires transitive damo.core;
    requires damo.codegen;

    uses damo.spi.Backend;

    provides damo.spi.Backend with damo.gpu.GpuBackend;
}

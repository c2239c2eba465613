/// Runs Damo's functions on the CPU.
module damo.cpu {
    exports damo.cpu;

    requires transitive damo.core;
    requires damo.codegen;

    provides damo.spi.Backend with damo.cpu.CpuBackend;
}

/// Runs Damo's functions on OpenCL devices; drives none in this version.
module damo.gpu {
    exports damo.gpu;

    requires transitive damo.core;
    requires damo.codegen;
}

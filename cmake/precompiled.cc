// The precompiled header (CMakeLists.txt) needs a file to belong to.

// The one place where the version is written; CMake and the docs read it from here.
#pragma once

#define CNNPOOL_VERSION_MAJOR 0
#define CNNPOOL_VERSION_MINOR 1
#define CNNPOOL_VERSION_PATCH 0

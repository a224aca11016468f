// expect: cnnpool/adapters/openvino.hpp: <openvino/runtime/tensor.hpp> is missing; install OpenVINO (PyPI: openvino)
// flags: -nostdinc
// needs: openvino/runtime/tensor.hpp
#include <cnnpool/adapters/openvino.hpp>

// expect: cnnpool/adapters/tensorflow.hpp: <tensorflow/c/tf_tensor.h> is missing; install TensorFlow (PyPI)
// flags: -nostdinc
// needs: tensorflow/c/tf_tensor.h
#include <cnnpool/adapters/tensorflow.hpp>

// expect: cnnpool/adapters/opencv.hpp: <opencv2/core.hpp> is missing; install OpenCV (Debian: libopencv-dnn-dev, -I /usr/include/opencv4)
// flags: -nostdinc
// needs: opencv2/core.hpp
#include <cnnpool/adapters/opencv.hpp>

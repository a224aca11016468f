// What libjpeg and libpng say of a file while they decode all of it. OpenCV's decoders fill up what is missing or
// damaged and say nothing.
#pragma once

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <jpeglib.h>
#include <jerror.h>
#include <png.h>

struct decoded {
  int components = 0;    ///< 1: grey, 3: colour, 4: CMYK of a JPEG, colour and alpha of a PNG
  bool palette = false, sixteen_bit = false;
  long warnings = 0;     ///< of damage that the decoder stood
  bool failed = false;   ///< damage that it did not stand
  std::string first = {};  ///< its first warning or error
};

namespace decoded_detail {

struct jpeg_errors {
  jpeg_error_mgr manager;
  std::jmp_buf escape;
  char first[JMSG_LENGTH_MAX];
};

inline jpeg_errors& errors_of(j_common_ptr jpeg) { return *reinterpret_cast<jpeg_errors*>(jpeg->err); }
inline void remember(j_common_ptr jpeg) {
  jpeg_errors& errors = errors_of(jpeg);
  if (errors.first[0] == '\0') errors.manager.format_message(jpeg, errors.first);
}

/// Nothing in it has a destructor: libjpeg leaves it by longjmp.
inline bool read_jpeg(jpeg_decompress_struct& jpeg, jpeg_errors& errors, const std::vector<unsigned char>& bytes) {
  if (setjmp(errors.escape) != 0) return false;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  jpeg_start_decompress(&jpeg);
  JSAMPARRAY row = (*jpeg.mem->alloc_sarray)(reinterpret_cast<j_common_ptr>(&jpeg), JPOOL_IMAGE,
                                             jpeg.output_width * static_cast<JDIMENSION>(jpeg.output_components), 1);
  while (jpeg.output_scanline < jpeg.output_height) jpeg_read_scanlines(&jpeg, row, 1);
  jpeg_finish_decompress(&jpeg);
  return true;
}

}  // namespace decoded_detail

inline bool is_jpeg(const std::vector<unsigned char>& bytes) {
  return bytes.size() > 2 && bytes[0] == 0xff && bytes[1] == 0xd8;
}
inline bool is_png(const std::vector<unsigned char>& bytes) {
  return bytes.size() > 8 && png_sig_cmp(bytes.data(), 0, 8) == 0;
}

inline decoded decode_jpeg(const std::vector<unsigned char>& bytes) {
  jpeg_decompress_struct jpeg{};
  decoded_detail::jpeg_errors errors{};
  jpeg.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = [](j_common_ptr j) {
    decoded_detail::remember(j);
    std::longjmp(decoded_detail::errors_of(j).escape, 1);
  };
  errors.manager.emit_message = [](j_common_ptr j, int level) {
    // A trace; or a few bytes of padding in front of the end marker. Many of them are what is left of a damaged scan.
    const bool padding = j->err->msg_code == JWRN_EXTRANEOUS_DATA && j->err->msg_parm.i[0] <= 64 &&
                         j->err->msg_parm.i[1] == JPEG_EOI;
    if (level >= 0 || padding) return;
    ++j->err->num_warnings;
    decoded_detail::remember(j);
  };
  decoded out;
  out.failed = !decoded_detail::read_jpeg(jpeg, errors, bytes);
  out.components = jpeg.num_components;
  out.warnings = errors.manager.num_warnings;
  out.first = errors.first;
  jpeg_destroy_decompress(&jpeg);
  return out;
}

/// Reads every row with libpng's simplified interface, which checks the sums of all chunks on its way.
inline decoded decode_png(const std::vector<unsigned char>& bytes) {
  decoded out;
  constexpr std::size_t depth_at = 24, type_at = 25;  // of IHDR, which is first
  out.sixteen_bit = bytes.size() > type_at && bytes[depth_at] == 16;
  const int type = bytes.size() > type_at ? bytes[type_at] : 0;
  out.palette = type == PNG_COLOR_TYPE_PALETTE;
  out.components = type == PNG_COLOR_TYPE_GRAY ? 1 : (type & PNG_COLOR_MASK_ALPHA) != 0 ? 4 : 3;
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  constexpr double most_pixels = 1 << 30;  // OpenCV's limit: what claims more is not given the memory
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) != 0) {
    if (static_cast<double>(image.width) * image.height > most_pixels) {
      png_image_free(&image);
      out.failed = true;
      out.first = "nothing, but it is too large";
      return out;
    }
    image.format = PNG_FORMAT_RGB;
    std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(image));
    const png_color background{0, 0, 0};
    png_image_finish_read(&image, &background, pixels.data(), 0, nullptr);
  }
  out.failed = PNG_IMAGE_FAILED(image) != 0;  // its warnings are of colour profiles and the like
  out.first = image.message;
  png_image_free(&image);
  return out;
}

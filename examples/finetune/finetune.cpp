// cnnpool-finetune: a network learns from labelled photos, so that one of its layers, pooled, finds the right ones.
//
//   cnnpool-finetune --model net.prototxt --weights net.caffemodel --mean 104,117,123 --train train.txt --val val.txt
//                    --layer fire9/concat --train-from fire6/squeeze1x1 --mirror --augment --out tuned.npz
//   cnnpool-finetune ... --loss classification --resume tuned.snapshot.npz
//   cnnpool-finetune --model net.onnx --rgb --layer features --check     what can learn, and whether it is right
//
// The network is one that OpenCV's dnn reads. Its layers from --train-from on become libtorch's, those before stay in
// OpenCV. OUT holds the numbers of the best state by the mAP of the validation photos; cnnpool-study and the examples
// read it as --parameters. Beside it lie OUT's log (.csv) and the snapshot to go on from (.snapshot.npz). Lines per
// test on standard output, progress on stderr; whatever is wrong is one sentence there and exit code 1.
#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>

#include "../program_main.hpp"
#include "training.hpp"

namespace {

using namespace finetune;

at::Device device_of(const std::string& name) {
  std::optional<at::Device> device;
  try {
    device = at::Device(name);
  } catch (const c10::Error&) {
    cnnpool::raise("--device: \"", name, "\", expected cpu or cuda:0");
  }
  if (device->is_cuda() && !at::hasCUDA())
    cnnpool::raise("--device: ", name, ": this libtorch has no CUDA, or finds no graphics card; expected cpu");
  if (!device->is_cuda() && !device->is_cpu()) cnnpool::raise("--device: ", name, ", expected cpu or cuda:0");
  return *device;
}

/// Every layer up to --layer against OpenCV's, and the gradients of those from --train-from on.
int check_network(const options& o) {
  network net(o.network);
  const graph g(net, o.layer);
  cv::Mat noise(o.crop, o.crop, CV_8UC3);
  const auto filled = [&](std::uint64_t which) {
    random_source random = random_for(o.seed, purpose::check, {which});
    for (std::size_t i = 0; i < noise.total() * 3; ++i) noise.data[i] = static_cast<unsigned char>(random.below(256));
    cv::Mat smooth;  // as photos are: neighbours alike
    cv::GaussianBlur(noise, smooth, {0, 0}, 3);
    cv::normalize(smooth, smooth, 0, 255, cv::NORM_MINMAX);
    return net.values(smooth);
  };
  int wrong = 0, unknown = 0;
  double most = 0;
  const cv::Mat input = cv::dnn::blobFromImage(filled(0));
  const auto layers = compare_layers(net, g, 0, input);
  for (const compared_layer& layer : layers) {
    const bool bad = layer.problem.empty() && !(layer.difference <= most_difference);
    wrong += bad ? 1 : 0;
    unknown += layer.problem.empty() ? 0 : 1;
    most = std::max(most, layer.difference);
    std::printf("%-32s %-14s ", layer.node->name.c_str(), layer.node->type.c_str());
    if (!layer.problem.empty()) std::printf("cannot learn\n");
    else std::printf("%.1e%s\n", layer.difference, bad ? ", WRONG" : "");
  }
  std::printf("%zu layers: %d cannot learn, %d are wrong, the largest difference is %.2g of the largest value\n",
              layers.size(), unknown, wrong, most);

  int first = g.place_of(o.train_from);
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (o.train_from.empty() && !layers[i].problem.empty()) first = static_cast<int>(i) + 1;
  if (first == static_cast<int>(layers.size())) cnnpool::raise("--layer: ", g.last(), " cannot learn");
  learning_part part(g, first);
  std::vector<cv::Mat> views;
  for (std::uint64_t k = 0; k < 6; ++k) views.push_back(filled(k));
  std::vector<labelled_photo> none;
  training_photos photos(o, net, none);
  frozen_part frozen(o, net, photos, 0, part.reads());
  const tensors one = frozen.of_input(input), read = frozen.of_input(cv::dnn::blobFromImages(views));
  const double together = relative_difference(part.forward(one).detach(), tensor_of(net.forward(input, {g.last()})[0]));
  const double other = compare_with_other_numbers(o.network, g, part, one, input);
  std::printf("from %s to %s: %.2g, with other numbers in both %.2g\n", g.at(part.first()).name.c_str(),
              g.last().c_str(), together, other);
  wrong += together <= most_difference && other <= 10 * most_difference ? 0 : 1;
  const auto h = head_of(o, part.forward(one), 3);
  const at::Tensor classes = at::tensor(std::vector<std::int64_t>{0, 0, 1, 1, 2, 2}, at::kLong);
  for (const gradient_check& c : check_gradients(part, *h, read, classes, o.seed)) {
    const bool bad = !(c.error() <= 1e-4);
    wrong += bad ? 1 : 0;
    std::printf("gradient %-32s %12.5g, by differences %12.5g%s\n", c.name.c_str(), c.gradient, c.difference,
                bad ? ", WRONG" : "");
  }
  if (wrong > 0) cnnpool::raise("--check: ", wrong, " layers or gradients are wrong");
  return 0;
}

int run(options& o) {
  check(o);
  const int threads = o.threads > 0 ? o.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  at::set_num_threads(threads);
  cv::setNumThreads(threads);
  if (o.network.name.empty()) o.network.name = std::filesystem::path(o.network.model).stem().string();
  const at::Device device = device_of(o.device);
  if (o.check) return check_network(o);
  training(o, device).run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  options o;
  CLI::App app("A network learns from labelled photos to describe them better.", "cnnpool-finetune");
  finetune::add_options(app, o);
  return program_main("cnnpool-finetune", app, count, arguments, [&] {
    try {
      ::refuse_unread(app, o.loss == "triplet", {"--margin", "--p", "--p-lr-mult"}, "--loss triplet", o.loss);
      refuse_unread(app, o.lr);
      return run(o);
    } catch (const c10::Error& e) {
      cnnpool::raise("libtorch: ", e.what_without_backtrace());
    }
  });
}

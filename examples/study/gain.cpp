// cnnpool-gain: what a change of the network brought, from two runs of cnnpool-study on the same photos.
//
//   cnnpool-gain --before OUT --after OUT [--foreign-before OUT --foreign-after OUT] [--log tuned.csv]
//                [--photos FOLDER --truth groups:FILE --one-before OUT --one-after OUT] --out FOLDER
//
// Writes gain.csv and gain.md (layer x policy x {raw, PCA}), learning.png, saliency.png and changed.png. The pictures
// compare two runs of one layer and one policy (--one-before, --one-after, made with --pictures).
#include <CLI/CLI.hpp>

#include "gain_pictures.hpp"

namespace {

struct options {
  std::string before, after, foreign_before, foreign_after, one_before, one_after, log, photos, truth, out = "gain";
};

void run(const options& o) {
  std::vector<gain::compared_set> sets{{"validation", gain::study_result(o.before), gain::study_result(o.after)}};
  if (o.foreign_before.empty() != o.foreign_after.empty())
    cnnpool::raise("cnnpool-gain: --foreign-before and --foreign-after come together");
  if (!o.foreign_before.empty())
    sets.push_back({"foreign", gain::study_result(o.foreign_before), gain::study_result(o.foreign_after)});
  const gain::gain_table table(sets);
  make_folder(o.out);
  const gain::fs::path out = o.out;
  study_outputs files("cnnpool-gain");
  files.add(out / "gain.csv", table.csv());
  files.add(out / "gain.md", table.markdown());
  files.commit();
  std::printf("%s", table.markdown().c_str());
  if (!o.log.empty()) gain::draw_learning(o.log, out / "learning.png");
  if (!o.one_before.empty() && !o.one_after.empty()) {
    gain::draw_saliency(o.one_before, o.one_after, out / "saliency.png");
    if (!o.photos.empty()) {
      const auto [better, worse] =
          gain::draw_changed(o.one_before, o.one_after, read_task(o.photos, o.truth), out / "changed.png");
      std::printf("%d queries find more, %d less\n", better, worse);
    }
  }
  std::printf("%s: gain.csv, gain.md, and the pictures\n", o.out.c_str());
}

}  // namespace

int main(int count, char** arguments) {
  options o;
  CLI::App app("What a change of the network brought.", "cnnpool-gain");
  app.add_option("--before", o.before, "a study's --out")->required();
  app.add_option("--after", o.after, "another one's, of the same photos")->required();
  app.add_option("--foreign-before", o.foreign_before, "the same of photos of another kind");
  app.add_option("--foreign-after", o.foreign_after);
  app.add_option("--one-before", o.one_before, "a study of one layer and one policy, with its pictures");
  app.add_option("--one-after", o.one_after);
  app.add_option("--photos", o.photos, "the photos of these, for the sheet of changed queries");
  app.add_option("--truth", o.truth, "their ground truth, as cnnpool-study reads it");
  app.add_option("--log", o.log, "cnnpool-finetune's log");
  app.add_option("--out", o.out, "folder of the table and the pictures")->capture_default_str();
  CLI11_PARSE(app, count, arguments);
  try {
    run(o);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}

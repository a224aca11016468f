// cnnpool-gain: what a change of the network brought, from two runs of cnnpool-study on the same photos.
//
//   cnnpool-gain --before OUT --after OUT [--foreign-before OUT --foreign-after OUT] [--log tuned.csv]
//                [--photos FOLDER --truth groups:FILE --one-before OUT --one-after OUT] --out FOLDER
//
// Writes gain.csv and gain.md (layer x policy x {raw, PCA}), learning.png, saliency.png and changed.png. The pictures
// compare two runs of one layer and one policy (--one-before, --one-after, made with --pictures).
#include <CLI/CLI.hpp>

#include "../program_main.hpp"
#include "gain_pictures.hpp"

namespace {

struct options {
  std::string before, after, foreign_before, foreign_after, one_before, one_after, log, photos, truth, out = "gain";
};

/// What is there of these names has to be an earlier run's.
void check_gain_outputs(const gain::fs::path& out) {
  const auto free_or = [&](const char* name, bool ours) {
    if (gain::fs::is_regular_file(out / name) && !ours)
      cnnpool::raise("cnnpool-gain: ", (out / name).string(),
                     " is there, and this program did not write it; move it away, or choose another --out");
  };
  free_or("gain.csv", beginning_of(out / "gain.csv", 24) == "layer,policy,projection,");
  free_or("gain.md", beginning_of(out / "gain.md", 18) == "| layer | policy |");
  for (const char* picture : {"learning.png", "saliency.png", "changed.png"})
    free_or(picture, is_signed_by(out / picture, "cnnpool-study"));
}

void run(const options& o) {
  std::vector<gain::compared_set> sets{{"validation", gain::study_result(o.before), gain::study_result(o.after)}};
  if (o.foreign_before.empty() != o.foreign_after.empty())
    cnnpool::raise("cnnpool-gain: --foreign-before and --foreign-after come together");
  if (!o.foreign_before.empty())
    sets.push_back({"foreign", gain::study_result(o.foreign_before), gain::study_result(o.foreign_after)});
  if (o.one_before.empty() != o.one_after.empty())
    cnnpool::raise("cnnpool-gain: --one-before and --one-after come together");
  if (o.photos.empty() != o.truth.empty() || (!o.photos.empty() && o.one_before.empty()))
    cnnpool::raise("cnnpool-gain: --photos and --truth come together, and with --one-before and --one-after");
  check_not_among_photos("--out", o.out, o.photos);
  const study_task task = o.photos.empty() ? study_task{} : read_task(o.photos, o.truth);
  const gain::gain_table table(sets);
  const gain::fs::path out = o.out;
  check_gain_outputs(out);
  make_folder(out);
  for (const char* name : {"gain.csv", "gain.md"}) check_place_of_file(out / name, "cnnpool-gain");
  if (!o.log.empty()) check_place_of_file(out / "learning.png", "cnnpool-gain");
  if (!o.one_before.empty()) check_place_of_file(out / "saliency.png", "cnnpool-gain");
  if (!o.photos.empty()) check_place_of_file(out / "changed.png", "cnnpool-gain");
  std::string drawn;
  // Drawn first: a log that is none is said before a table is there.
  if (!o.log.empty()) {
    gain::draw_learning(o.log, out / "learning.png");
    drawn += ", learning.png";
  }
  study_outputs files("cnnpool-gain");
  files.add(out / "gain.csv", table.csv());
  files.add(out / "gain.md", table.markdown());
  files.commit();
  std::printf("%s", table.markdown().c_str());
  if (const std::string missing = table.missing(); !missing.empty()) std::fprintf(stderr, "%s\n", missing.c_str());
  if (!o.one_before.empty() && !o.one_after.empty()) {
    if (gain::draw_saliency(o.one_before, o.one_after, out / "saliency.png")) drawn += ", saliency.png";
    if (!o.photos.empty()) {
      const auto [better, worse] =
          gain::draw_changed(o.one_before, o.one_after, task, out / "changed.png");
      std::printf("%d queries find more, %d less\n", better, worse);
      if (better + worse > 0) drawn += ", changed.png";
    }
  }
  std::printf("%s: gain.csv, gain.md%s\n", o.out.c_str(), drawn.c_str());
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
  return program_main("cnnpool-gain", app, count, arguments, [&] {
    run(o);
    return 0;
  });
}

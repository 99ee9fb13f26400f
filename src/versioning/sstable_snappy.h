// versioning/sstable_snappy.h — Snappy's block format, written so that sizes equal those of lakeFS's files.
//
// lakeFS cuts ranges, and names them in metaranges, by their *compressed* size, so equal ids need an encoder
// that finds the same matches as the one it uses (libsnappy 1.1.9 finds others). Decoding is strict: its
// input may be hostile. Source of the format: google/snappy, format_description.txt.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace anabranch::versioning::snappy {

/// A block cannot unfold to more than this times its size: the densest element is 3 bytes for 64.
inline constexpr std::size_t kExpansionMax = 22;

/// `input` compressed; the view points into `scratch`, which grows as needed and may be used again.
std::string_view compress(std::string_view input, std::string& scratch);

/// Appends the bytes that `input` stands for to `out`; false where it is not whole and exact (`out` is
/// unspecified).
bool decompress(std::string_view input, std::string& out);

}  // namespace anabranch::versioning::snappy

// runner/text.h — bytes that may be no text: names of files, words of a command line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace anabranch::runner {

/// The size of the UTF-8 character that `text`, which is not empty, begins with; 0: it is none; past its end:
/// it is not all there.
std::size_t character_size(std::string_view text);

/// True if all of `text` is well-formed UTF-8: what may stand in JSON and in an object's key.
bool is_utf8(std::string_view text);

/// `text` for a message or a line of a listing: bytes that are no UTF-8, and control characters, as \xNN,
/// those past ASCII (C1, line separators, changes of direction) as \uNNNN. What comes out moves no cursor.
std::string printable(std::string_view text);

}  // namespace anabranch::runner

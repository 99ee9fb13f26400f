#include "rest/form_data.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace anabranch::rest {
namespace {

std::string lower(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

/// The value of `name="value"` or name=value in a header, or empty.
std::string header_parameter(std::string_view header, std::string_view name) {
  const std::string small = lower(header);
  const std::string wanted = std::string(name) + "=";
  std::size_t at = 0;
  while ((at = small.find(wanted, at)) != std::string::npos) {
    const bool whole_word = at == 0 || small[at - 1] == ' ' || small[at - 1] == ';';
    at += wanted.size();
    if (!whole_word) continue;
    std::string_view value = header.substr(at);
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      return std::string(value.substr(0, value.find('"')));
    }
    return std::string(value.substr(0, value.find_first_of("; \t")));
  }
  return {};
}

/// The framing: what has come and is not yet given out, and where the next boundary is.
class FormReader final : public FormField {
 public:
  FormReader(ByteSource& body, std::string boundary) : body_(body), delimiter_("\r\n--" + boundary) {
    buffer_ = "\r\n";  // so that the first boundary, which no line end precedes, looks like the others
  }

  const std::string& content_type() const override { return content_type_; }

  /// Skips to the field `name`. Errors: see find_form_field().
  Task<Result<void>> seek(std::string name) {
    while (true) {
      while (true) {  // to the next boundary
        auto piece = co_await take_until_delimiter();
        if (!piece) co_return fail(std::move(piece).error());
        if (piece->empty()) break;
      }
      auto headers = co_await read_headers();
      if (!headers) co_return fail(std::move(headers).error());
      if (last_) co_return fail(ErrorCode::malformed, "the form has no field '" + name + "'");
      if (header_parameter(disposition_, "name") == name) co_return Result<void>();
    }
  }

  Task<Result<ByteView>> next() override {
    if (ended_) co_return ByteView();
    auto piece = co_await take_until_delimiter();
    if (!piece) co_return fail(std::move(piece).error());
    if (!piece->empty()) {
      given_ = *std::move(piece);
      co_return as_bytes(given_);
    }
    ended_ = true;
    while (true) {  // the form's rest
      auto rest = co_await body_.next();
      if (!rest) co_return fail(std::move(rest).error());
      if (rest->empty()) co_return ByteView();
    }
  }

 private:
  /// Reads more into the buffer. Errors: malformed at the end of the body.
  Task<Result<void>> fill() {
    auto more = co_await body_.next();
    if (!more) co_return fail(std::move(more).error());
    if (more->empty()) co_return fail(ErrorCode::malformed, "the form ended before its last boundary");
    buffer_.append(as_text(*more));
    co_return Result<void>();
  }

  /// Bytes before the next delimiter, as many as are known; empty once the delimiter was reached and taken.
  Task<Result<std::string>> take_until_delimiter() {
    while (true) {
      const auto found = buffer_.find(delimiter_);
      if (found == 0) {
        buffer_.erase(0, delimiter_.size());
        co_return std::string();
      }
      std::size_t safe = found;
      if (found == std::string::npos) {
        safe = buffer_.size() >= delimiter_.size() ? buffer_.size() - delimiter_.size() + 1 : 0;
      }
      if (safe > 0) {
        std::string piece;
        if (safe == buffer_.size()) {
          piece = std::exchange(buffer_, {});
        } else {
          piece = buffer_.substr(0, safe);
          buffer_.erase(0, safe);
        }
        co_return piece;
      }
      auto filled = co_await fill();
      if (!filled) co_return fail(std::move(filled).error());
    }
  }

  /// After a delimiter: "--" (the last one), or a line end and the part's headers up to an empty line.
  Task<Result<void>> read_headers() {
    while (buffer_.size() < 2) {
      auto filled = co_await fill();
      if (!filled) co_return fail(std::move(filled).error());
    }
    last_ = buffer_.starts_with("--");
    if (last_) co_return Result<void>();
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (buffer_.size() > kFormHeadersSizeMax) {
        co_return fail(ErrorCode::malformed, "the headers of a form field are too large");
      }
      auto filled = co_await fill();
      if (!filled) co_return fail(std::move(filled).error());
    }
    const auto end = buffer_.find("\r\n\r\n");
    const std::string head = buffer_.substr(0, end);
    buffer_.erase(0, end + 4);
    disposition_.clear();
    content_type_.clear();
    std::size_t at = 0;
    while (at < head.size()) {
      const auto line_end = std::min(head.find("\r\n", at), head.size());
      const std::string_view line = std::string_view(head).substr(at, line_end - at);
      at = line_end + 2;
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      const std::string name = lower(line.substr(0, colon));
      std::string_view value = line.substr(colon + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      if (name == "content-disposition") disposition_ = std::string(value);
      if (name == "content-type") content_type_ = std::string(value);
    }
    co_return Result<void>();
  }

  ByteSource& body_;
  std::string delimiter_;
  std::string buffer_;
  std::string given_;
  std::string disposition_;
  std::string content_type_;
  bool last_ = false;
  bool ended_ = false;
};

class KeptSource final : public ByteSource {
 public:
  KeptSource(std::shared_ptr<void> owner, std::unique_ptr<ByteSource> source)
      : owner_(std::move(owner)), source_(std::move(source)) {}
  Task<Result<ByteView>> next() override { return source_->next(); }

 private:
  std::shared_ptr<void> owner_;
  std::unique_ptr<ByteSource> source_;  // goes first
};

}  // namespace

Task<Result<std::unique_ptr<FormField>>> find_form_field(ByteSource& body, std::string content_type,
                                                         std::string name) {
  std::string boundary = header_parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kFormBoundarySizeMax) {
    co_return fail(ErrorCode::malformed, "multipart/form-data without a usable boundary");
  }
  auto reader = std::make_unique<FormReader>(body, std::move(boundary));
  auto seek = reader->seek(std::move(name));
  auto found = co_await std::move(seek);
  if (!found) co_return fail(std::move(found).error());
  co_return std::unique_ptr<FormField>(std::move(reader));
}

std::unique_ptr<ByteSource> keep_with(std::shared_ptr<void> owner, std::unique_ptr<ByteSource> source) {
  return std::make_unique<KeptSource>(std::move(owner), std::move(source));
}

}  // namespace anabranch::rest

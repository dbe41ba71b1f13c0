// What:    an Arrow array as a plain column of parquet_plugin.hpp: kinds, integers, decimals, times, dictionaries.
// Why:     Arrow's types stay inside the plug-in; this is included by parquet_plugin.cpp alone.
// Errors:  NotImplemented for a type that no event or item has (lists, structs).
#pragma once

#include <arrow/api.h>
#include <arrow/util/decimal.h>

#include <deque>
#include <numeric>
#include <optional>
#include <string>

#include "io/files/parquet_plugin.hpp"

namespace freshet {

inline std::optional<parquet_kind> kind_of(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL:
      return parquet_kind::boolean;
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
      return parquet_kind::integer;
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return parquet_kind::real;
    case arrow::Type::UINT64:  // as text: ids use all of its bits, which a signed number has not
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::NA:
      return parquet_kind::text;
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return parquet_kind::time;
    case arrow::Type::DICTIONARY:
      return kind_of(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      return std::nullopt;
  }
}

inline std::int64_t units_per_second(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1;
    case arrow::TimeUnit::MILLI:
      return 1'000;
    case arrow::TimeUnit::MICRO:
      return 1'000'000;
    case arrow::TimeUnit::NANO:
      return 1'000'000'000;
  }
  return 1;
}

inline std::int64_t floor_division(std::int64_t number, std::int64_t divisor) {
  return number / divisor - (number % divisor < 0 ? 1 : 0);
}

/// An Arrow array as a plain column.
class column_reader {
 public:
  /// `texts` keeps what no array holds.
  column_reader(parquet_column& out, std::deque<std::string>& texts) : out_(out), texts_(texts) {}

  arrow::Status read(const arrow::Array& array) {
    const auto rows = static_cast<std::size_t>(array.length());
    out_ = {};
    const auto kind = kind_of(*array.type());
    if (!kind) return arrow::Status::NotImplemented("column of type ", array.type()->ToString());
    out_.kind = *kind;
    out_.is_valid.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) out_.is_valid[row] = array.IsValid(static_cast<std::int64_t>(row));
    return values(array);
  }

 private:
  arrow::Status values(const arrow::Array& array) {
    switch (array.type_id()) {
      case arrow::Type::BOOL:
        return integers<arrow::BooleanArray>(array);
      case arrow::Type::INT8:
        return integers<arrow::Int8Array>(array);
      case arrow::Type::INT16:
        return integers<arrow::Int16Array>(array);
      case arrow::Type::INT32:
        return integers<arrow::Int32Array>(array);
      case arrow::Type::INT64:
        return integers<arrow::Int64Array>(array);
      case arrow::Type::UINT8:
        return integers<arrow::UInt8Array>(array);
      case arrow::Type::UINT16:
        return integers<arrow::UInt16Array>(array);
      case arrow::Type::UINT32:
        return integers<arrow::UInt32Array>(array);
      case arrow::Type::UINT64:
        return numbers_as_texts(array);
      case arrow::Type::FLOAT:
        return reals<arrow::FloatArray>(array);
      case arrow::Type::DOUBLE:
        return reals<arrow::DoubleArray>(array);
      case arrow::Type::DECIMAL128:
      case arrow::Type::DECIMAL256:
        return decimals(array);
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return texts<arrow::BinaryArray>(array);
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY:
        return texts<arrow::LargeBinaryArray>(array);
      case arrow::Type::NA:
        out_.texts.resize(static_cast<std::size_t>(array.length()));
        return arrow::Status::OK();
      case arrow::Type::TIMESTAMP:
        return times<arrow::TimestampArray>(
            array, 1, units_per_second(static_cast<const arrow::TimestampType&>(*array.type()).unit()));
      case arrow::Type::DATE32:
        return times<arrow::Date32Array>(array, 86'400, 1);
      case arrow::Type::DATE64:
        return times<arrow::Date64Array>(array, 1, 1'000);
      case arrow::Type::DICTIONARY:
        return dictionary(static_cast<const arrow::DictionaryArray&>(array));
      default:
        return arrow::Status::NotImplemented("column of type ", array.type()->ToString());
    }
  }

  /// Calls `add(typed array, row)` for every row; rows without a value too, whose bytes are there all the same.
  template <class Array, class Add>
  arrow::Status for_each(const arrow::Array& array, Add add) {
    const auto& typed = static_cast<const Array&>(array);
    for (std::int64_t row = 0; row < typed.length(); ++row) add(typed, row);
    return arrow::Status::OK();
  }
  template <class Array>
  arrow::Status integers(const arrow::Array& array) {
    out_.integers.reserve(static_cast<std::size_t>(array.length()));
    return for_each<Array>(array, [&](const Array& typed, std::int64_t row) {
      out_.integers.push_back(static_cast<std::int64_t>(typed.Value(row)));
    });
  }
  template <class Array>
  arrow::Status reals(const arrow::Array& array) {
    out_.reals.reserve(static_cast<std::size_t>(array.length()));
    return for_each<Array>(array, [&](const Array& typed, std::int64_t row) {
      out_.reals.push_back(static_cast<double>(typed.Value(row)));
    });
  }
  template <class Array>
  arrow::Status texts(const arrow::Array& array) {
    out_.texts.reserve(static_cast<std::size_t>(array.length()));
    return for_each<Array>(array, [&](const Array& typed, std::int64_t row) {
      out_.texts.push_back(typed.IsValid(row) ? typed.GetView(row) : std::string_view());
    });
  }
  template <class Array>
  arrow::Status times(const arrow::Array& array, std::int64_t factor, std::int64_t divisor) {
    out_.integers.reserve(static_cast<std::size_t>(array.length()));
    return for_each<Array>(array, [&](const Array& typed, std::int64_t row) {
      // The value of a null is any bytes; multiplied they may overflow.
      const std::int64_t number = typed.IsValid(row) ? static_cast<std::int64_t>(typed.Value(row)) : 0;
      out_.integers.push_back(floor_division(number * factor, divisor));
    });
  }
  arrow::Status numbers_as_texts(const arrow::Array& array) {
    return for_each<arrow::UInt64Array>(array, [&](const arrow::UInt64Array& typed, std::int64_t row) {
      out_.texts.push_back(texts_.emplace_back(std::to_string(typed.Value(row))));
    });
  }
  arrow::Status decimals(const arrow::Array& array) {
    for (std::int64_t row = 0; row < array.length(); ++row) {
      ARROW_ASSIGN_OR_RAISE(const auto value, array.GetScalar(row));
      out_.reals.push_back(value->is_valid ? std::stod(value->ToString()) : 0);
    }
    return arrow::Status::OK();
  }
  /// Categories of data frames: the values of the dictionary, picked by the indices.
  arrow::Status dictionary(const arrow::DictionaryArray& array) {
    parquet_column values;
    ARROW_RETURN_NOT_OK(column_reader(values, texts_).read(*array.dictionary()));
    const auto pick = [&](const auto& from, auto& to) {
      if (from.empty()) return to.resize(static_cast<std::size_t>(array.length()));
      for (std::int64_t row = 0; row < array.length(); ++row) {
        const auto index = array.IsValid(row) ? static_cast<std::size_t>(array.GetValueIndex(row)) : 0;
        to.push_back(from[std::min(index, from.size() - 1)]);
        if (index >= from.size() || !values.is_valid[index]) out_.is_valid[static_cast<std::size_t>(row)] = 0;
      }
    };
    switch (out_.kind) {
      case parquet_kind::real:
        pick(values.reals, out_.reals);
        break;
      case parquet_kind::text:
        pick(values.texts, out_.texts);
        break;
      default:
        pick(values.integers, out_.integers);
    }
    return arrow::Status::OK();
  }

  parquet_column& out_;
  std::deque<std::string>& texts_;
};

}  // namespace freshet

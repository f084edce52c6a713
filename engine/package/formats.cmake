# Formats of data that are read where their library is there. Each has a source that reads it and one
# that says honestly that this build does not; one of the two is left out.
#   vgan_absent_formats      the sources that are left out
#   vgan_format_libraries    as files, to link; vgan_format_includes: folders
set(vgan_absent_formats "")
set(vgan_format_libraries "")
set(vgan_format_includes "")

# Looks for a library of one header, as VGAN_<NAME> says, and leaves one of its two sources out.
#   text, package: what to ask for where it is wanted and not there
macro(vgan_add_format name header library text package present absent)
  string(TOUPPER ${name} vgan_upper)
  set(vgan_${name}_built OFF)
  if(NOT VGAN_${vgan_upper} STREQUAL "OFF")
    find_path(VGAN_${vgan_upper}_INCLUDE_DIR ${header})
    find_library(VGAN_${vgan_upper}_LIBRARY ${library})
    if(VGAN_${vgan_upper}_INCLUDE_DIR AND VGAN_${vgan_upper}_LIBRARY)
      set(vgan_${name}_built ON)
    elseif(VGAN_${vgan_upper} STREQUAL "ON")
      vgan_require(vgan_${name}_built "${text}" ${package})
    endif()
  endif()
  if(vgan_${name}_built)
    list(APPEND vgan_absent_formats ${absent})
    list(APPEND vgan_format_libraries ${VGAN_${vgan_upper}_LIBRARY})
    list(APPEND vgan_format_includes ${VGAN_${vgan_upper}_INCLUDE_DIR})
  else()
    list(APPEND vgan_absent_formats ${present})
  endif()
endmacro()

vgan_add_format(zstd zstd.h zstd "Zstandard" libzstd-dev engine/data/readers/zstd_unpacker.cpp
                engine/data/readers/zstd_absent.cpp)
# Formulas of a table's schema.
vgan_add_format(muparser muParser.h muparser "muParser" libmuparser-dev engine/data/formula.cpp
                engine/data/formula_absent.cpp)

set(vgan_hdf5_built OFF)
if(NOT VGAN_HDF5 STREQUAL "OFF")
  # CMake's own module asks for a compiler of C. Debian keeps the serial and the parallel build apart.
  find_path(VGAN_HDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
  find_library(VGAN_HDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial)
  set(vgan_hdf5_parallel "")
  set(vgan_hdf5_version 0)
  if(VGAN_HDF5_INCLUDE_DIR)
    file(STRINGS ${VGAN_HDF5_INCLUDE_DIR}/H5pubconf.h vgan_hdf5_parallel
         REGEX "^#define H5_HAVE_PARALLEL 1")
    file(STRINGS ${VGAN_HDF5_INCLUDE_DIR}/H5public.h vgan_hdf5_version REGEX "define H5_VERS_INFO")
    string(REGEX REPLACE ".*version: ([0-9.]+).*" "\\1" vgan_hdf5_version "${vgan_hdf5_version}")
  endif()
  if(VGAN_HDF5_LIBRARY AND NOT vgan_hdf5_parallel AND vgan_hdf5_version VERSION_GREATER_EQUAL 1.10.7)
    set(vgan_hdf5_built ON)
  elseif(VGAN_HDF5 STREQUAL "ON")
    vgan_require(vgan_hdf5_built "HDF5 1.10.7 or newer, the serial build" libhdf5-dev)
  endif()
endif()
if(vgan_hdf5_built)
  list(APPEND vgan_absent_formats engine/data/readers/hdf5_absent.cpp
       engine/data/writers/hdf5_writer_absent.cpp)
  list(APPEND vgan_format_libraries ${VGAN_HDF5_LIBRARY})
  list(APPEND vgan_format_includes ${VGAN_HDF5_INCLUDE_DIR})
else()
  list(APPEND vgan_absent_formats engine/data/readers/hdf5.cpp engine/data/readers/hdf5_file.cpp
       engine/data/readers/hdf5_table.cpp engine/data/writers/hdf5_writer.cpp)
endif()

set(vgan_arrow_built OFF)
set(vgan_arrow_sources "")
foreach(source IN ITEMS readers/arrow_column readers/arrow_dates readers/arrow_file
                        readers/arrow_table readers/arrow_words writers/arrow_cells
                        writers/arrow_type writers/parquet_writer)
  list(APPEND vgan_arrow_sources engine/data/${source}.cpp)
endforeach()
if(NOT VGAN_ARROW STREQUAL "OFF")
  find_path(VGAN_ARROW_INCLUDE_DIR parquet/arrow/reader.h HINTS ${VGAN_ARROW_ROOT}
            PATH_SUFFIXES include)
  set(vgan_arrow_version 0)
  if(VGAN_ARROW_INCLUDE_DIR)
    file(STRINGS ${VGAN_ARROW_INCLUDE_DIR}/arrow/util/config.h vgan_arrow_lines
         REGEX "define ARROW_(SO_VERSION|VERSION_STRING) ")
    string(REGEX REPLACE ".*VERSION_STRING \"([0-9.]+).*" "\\1" vgan_arrow_version
                         "${vgan_arrow_lines}")
    string(REGEX REPLACE ".*SO_VERSION \"([0-9]+)\".*" "\\1" vgan_arrow_so "${vgan_arrow_lines}")
    # Python's package has the libraries under the names with a version alone.
    foreach(library IN ITEMS arrow parquet)
      string(TOUPPER ${library} upper)
      find_library(VGAN_${upper}_LIBRARY NAMES lib${library}.so.${vgan_arrow_so} ${library}
                   HINTS ${VGAN_ARROW_ROOT} PATH_SUFFIXES lib)
    endforeach()
  endif()
  if(VGAN_ARROW_LIBRARY AND VGAN_PARQUET_LIBRARY AND vgan_arrow_version VERSION_GREATER_EQUAL 21)
    set(vgan_arrow_built ON)
  elseif(VGAN_ARROW STREQUAL "ON")
    vgan_require(vgan_arrow_built "Arrow C++ 21 or newer, with Parquet"
                 "none: Apache's own libparquet-dev, or Python's pyarrow with -DVGAN_ARROW_ROOT=site-packages/pyarrow")
  endif()
endif()
if(vgan_arrow_built)
  list(APPEND vgan_absent_formats engine/data/readers/arrow_absent.cpp
       engine/data/writers/parquet_writer_absent.cpp)
  list(APPEND vgan_format_libraries ${VGAN_PARQUET_LIBRARY} ${VGAN_ARROW_LIBRARY})
  # Its headers are for these sources alone.
  set_source_files_properties(${vgan_arrow_sources} PROPERTIES
                              COMPILE_OPTIONS "-isystem;${VGAN_ARROW_INCLUDE_DIR}")
else()
  list(APPEND vgan_absent_formats ${vgan_arrow_sources})
endif()
message(STATUS "Formats beside the usual: zstd ${vgan_zstd_built}, HDF5 ${vgan_hdf5_built}, "
               "Arrow ${vgan_arrow_built}; formulas ${vgan_muparser_built}")

# Libraries that are not ours: Debian's packages, and what ./run deps has put into .deps. Each is a target govbus_dep_NAME.
find_package(PkgConfig REQUIRED)

function(govbus_missing what)
	message(FATAL_ERROR "${what} is missing: ./run deps brings it")
endfunction()

# A library and its header, looked for in .deps first, and before that where those built for our sanitizer are.
function(govbus_find_library name library header)
	find_library(${name}_LIBRARY NAMES ${library} HINTS ${GOVBUS_DEPS}/${GOVBUS_SANITIZE}/lib ${GOVBUS_DEPS}/lib)
	find_path(${name}_INCLUDE_DIR NAMES ${header} HINTS ${GOVBUS_DEPS}/${GOVBUS_SANITIZE}/include ${GOVBUS_DEPS}/include)
	if(NOT ${name}_LIBRARY OR NOT ${name}_INCLUDE_DIR)
		govbus_missing(${library})
	endif()
	add_library(govbus_dep_${name} INTERFACE)
	target_link_libraries(govbus_dep_${name} INTERFACE ${${name}_LIBRARY})
	if(NOT ${name}_INCLUDE_DIR STREQUAL "/usr/include")
		target_include_directories(govbus_dep_${name} SYSTEM INTERFACE ${${name}_INCLUDE_DIR})
	endif()
endfunction()

function(govbus_find_package name module)
	pkg_check_modules(${name} IMPORTED_TARGET ${module})
	if(NOT ${name}_FOUND)
		govbus_missing(${module})
	endif()
	add_library(govbus_dep_${name} ALIAS PkgConfig::${name})
endfunction()

govbus_find_library(lmdb liblmdb.a lmdb.h)
govbus_find_library(yyjson libyyjson.a yyjson.h)
govbus_find_library(csv csv csv.h)
govbus_find_package(msgpack "msgpack>=4")
govbus_find_package(jansson "jansson>=2.14")
govbus_find_package(sodium "libsodium>=1.0.18")
govbus_find_package(zstd "libzstd>=1.5")
govbus_find_package(microhttpd "libmicrohttpd>=0.9.75")
govbus_find_package(curl "libcurl>=7.88") # the commands, as clients of a gateway
govbus_find_package(zlib "zlib>=1.2") # import reads gzip
govbus_find_package(cmocka "cmocka>=1.1.5")
if(NOT GOVBUS_UNIT_ONLY)
	# Before 2.11 compression is lost against new brokers, and nothing guarantees a producer without gaps.
	govbus_find_library(rdkafka rdkafka librdkafka/rdkafka.h)
	file(STRINGS ${rdkafka_INCLUDE_DIR}/librdkafka/rdkafka.h version REGEX "^#define RD_KAFKA_VERSION ")
	string(REGEX MATCH "0x[0-9a-f]+" version "${version}")
	math(EXPR version "${version}")
	if(version LESS 34275328) # 0x020b0000
		govbus_missing("librdkafka 2.11 or newer")
	endif()
endif()

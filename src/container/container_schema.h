/*-------------------------------------------------------------------------
 *
 * container_schema.h
 *		The messages that make up a StorageImage document, as tables.
 *
 * One table a message: the fields in the order of printing, numbered by an
 * enum of the same order.  Reading, checking, storing and printing a document
 * are walks over these tables.
 *
 * src/container/container_schema.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_SCHEMA_H
#define IMGCAT_CONTAINER_SCHEMA_H

typedef enum ImgcatFieldKind
{
	IMGCAT_FIELD_STRING,
	IMGCAT_FIELD_BYTES,			/* standard base64 */
	IMGCAT_FIELD_BOOL,
	IMGCAT_FIELD_INT32,
	IMGCAT_FIELD_INT64,			/* a string in JSON, as the next is */
	IMGCAT_FIELD_UINT64,
	IMGCAT_FIELD_FLOAT,			/* float32 */
	IMGCAT_FIELD_TIMESTAMP,		/* RFC 3339, up to nanoseconds */
	IMGCAT_FIELD_ENUM,			/* a name */
	IMGCAT_FIELD_MESSAGE,
	IMGCAT_FIELD_STRING_MAP,	/* object of strings */
	IMGCAT_FIELD_ANY			/* kept as it comes */
} ImgcatFieldKind;

/* an array of the kind */
#define IMGCAT_FIELD_REPEATED	1
/* printed only where the document has it: the only member of a oneof ... */
#define IMGCAT_FIELD_ONEOF		2
/* ... or a member that only newer versions of the API know */
#define IMGCAT_FIELD_NEWER		4
#define IMGCAT_FIELD_OPTIONAL	(IMGCAT_FIELD_ONEOF | IMGCAT_FIELD_NEWER)
/* a string that an index holds alone, or with others of its kind */
#define IMGCAT_FIELD_INDEXED	8
#define IMGCAT_FIELD_PART		16

/*
 * The most bytes of such strings, and of the keys of a map.  An entry of an
 * index takes 2704 bytes, which may be in lower case, half as long again.
 */
#define IMGCAT_INDEXED_BYTES	1600
#define IMGCAT_PART_BYTES		400

/* Names of an enum; the number of a name is its place. */
typedef struct ImgcatEnumType
{
	int			count;
	const char *const *names;
} ImgcatEnumType;

typedef struct ImgcatFieldType
{
	const char *name;			/* lowerCamelCase */
	int			name_length;
	ImgcatFieldKind kind;
	int			flags;
	const struct ImgcatMessageType *message;	/* of a message */
	const ImgcatEnumType *names;	/* of an enum */
} ImgcatFieldType;

typedef struct ImgcatMessageType
{
	int			count;
	const ImgcatFieldType *fields;
} ImgcatMessageType;

/* Field numbers, for the messages whose fields the code speaks of. */
enum
{
	IMAGE_ID, IMAGE_NAME, IMAGE_NAMES, IMAGE_METADATA, IMAGE_SCAN,
	IMAGE_VERIFICATION, IMAGE_SIGNATURE, IMAGE_COMPONENTS, IMAGE_CVES,
	IMAGE_FIXABLE_CVES, IMAGE_LAST_UPDATED, IMAGE_NOT_PULLABLE,
	IMAGE_IS_CLUSTER_LOCAL, IMAGE_PRIORITY, IMAGE_RISK_SCORE, IMAGE_TOP_CVSS,
	IMAGE_NOTES, IMAGE_BASE_IMAGE_INFO, IMAGE_FIELDS
};

enum
{
	NAME_REGISTRY, NAME_REMOTE, NAME_TAG, NAME_FULL, NAME_FIELDS
};

enum
{
	METADATA_V1, METADATA_V2, METADATA_LAYER_SHAS, METADATA_DATA_SOURCE,
	METADATA_VERSION, METADATA_FIELDS
};

enum
{
	V1_DIGEST, V1_CREATED, V1_AUTHOR, V1_LAYERS, V1_USER, V1_COMMAND,
	V1_ENTRYPOINT, V1_VOLUMES, V1_LABELS, V1_FIELDS
};

enum
{
	V2_DIGEST, V2_FIELDS
};

enum
{
	LAYER_INSTRUCTION, LAYER_VALUE, LAYER_CREATED, LAYER_AUTHOR, LAYER_EMPTY,
	LAYER_FIELDS
};

enum
{
	SCAN_SCANNER_VERSION, SCAN_TIME, SCAN_COMPONENTS, SCAN_OPERATING_SYSTEM,
	SCAN_DATA_SOURCE, SCAN_NOTES, SCAN_HASH, SCAN_FIELDS
};

enum
{
	COMPONENT_NAME, COMPONENT_VERSION, COMPONENT_LICENSE, COMPONENT_VULNS,
	COMPONENT_LAYER_INDEX, COMPONENT_PRIORITY, COMPONENT_SOURCE,
	COMPONENT_LOCATION, COMPONENT_TOP_CVSS, COMPONENT_RISK_SCORE,
	COMPONENT_FIXED_BY, COMPONENT_EXECUTABLES, COMPONENT_ARCHITECTURE,
	COMPONENT_FIELDS
};

enum
{
	VULN_CVE, VULN_ADVISORY, VULN_CVSS, VULN_SUMMARY, VULN_LINK,
	VULN_FIXED_BY, VULN_SCORE_VERSION, VULN_CVSS_V2, VULN_CVSS_V3,
	VULN_PUBLISHED_ON, VULN_LAST_MODIFIED, VULN_TYPE, VULN_TYPES,
	VULN_SUPPRESSED, VULN_SUPPRESS_ACTIVATION, VULN_SUPPRESS_EXPIRY,
	VULN_FIRST_SYSTEM_OCCURRENCE, VULN_FIRST_IMAGE_OCCURRENCE, VULN_SEVERITY,
	VULN_STATE, VULN_CVSS_METRICS, VULN_NVD_CVSS, VULN_EPSS,
	VULN_FIX_AVAILABLE, VULN_DATASOURCE, VULN_EXPLOIT, VULN_CISA_KEV,
	VULN_ORIGIN, VULN_FIELDS
};

enum
{
	ADVISORY_NAME, ADVISORY_LINK, ADVISORY_FIELDS
};

enum
{
	EPSS_PROBABILITY, EPSS_PERCENTILE, EPSS_FIELDS
};

enum
{
	CVSS_V2_VECTOR, CVSS_V2_ATTACK_VECTOR, CVSS_V2_ACCESS_COMPLEXITY,
	CVSS_V2_AUTHENTICATION, CVSS_V2_CONFIDENTIALITY, CVSS_V2_INTEGRITY,
	CVSS_V2_AVAILABILITY, CVSS_V2_EXPLOITABILITY_SCORE, CVSS_V2_IMPACT_SCORE,
	CVSS_V2_SCORE, CVSS_V2_SEVERITY, CVSS_V2_FIELDS
};

enum
{
	CVSS_V3_VECTOR, CVSS_V3_EXPLOITABILITY_SCORE, CVSS_V3_IMPACT_SCORE,
	CVSS_V3_ATTACK_VECTOR, CVSS_V3_ATTACK_COMPLEXITY,
	CVSS_V3_PRIVILEGES_REQUIRED, CVSS_V3_USER_INTERACTION, CVSS_V3_SCOPE,
	CVSS_V3_CONFIDENTIALITY, CVSS_V3_INTEGRITY, CVSS_V3_AVAILABILITY,
	CVSS_V3_SCORE, CVSS_V3_SEVERITY, CVSS_V3_FIELDS
};

enum
{
	METRIC_SOURCE, METRIC_URL, METRIC_CVSS_V2, METRIC_CVSS_V3, METRIC_FIELDS
};

enum
{
	SIGNATURE_SIGNATURES, SIGNATURE_FETCHED, SIGNATURE_FIELDS
};

enum
{
	VERIFICATION_RESULTS, VERIFICATION_FIELDS
};

enum
{
	RESULT_TIME, RESULT_VERIFIER_ID, RESULT_STATUS, RESULT_DESCRIPTION,
	RESULT_REFERENCES, RESULT_VERIFIER_NAME, RESULT_FIELDS
};

enum
{
	BASE_IMAGE_ID, BASE_IMAGE_FULL_NAME, BASE_IMAGE_DIGEST,
	BASE_IMAGE_CREATED, BASE_IMAGE_MAX_LAYER_INDEX, BASE_IMAGE_FIELDS
};

/* Numbers of the enums that the code speaks of. */
enum
{
	SEVERITY_UNKNOWN, SEVERITY_LOW, SEVERITY_MODERATE, SEVERITY_IMPORTANT,
	SEVERITY_CRITICAL, SEVERITIES
};

enum
{
	STATE_OBSERVED, STATE_DEFERRED, STATE_FALSE_POSITIVE
};

enum
{
	SCORE_VERSION_V2, SCORE_VERSION_V3
};

enum
{
	METRIC_SOURCE_UNKNOWN, METRIC_SOURCE_RED_HAT, METRIC_SOURCE_OSV,
	METRIC_SOURCE_NVD
};

extern const ImgcatMessageType imgcat_storage_image_type;
extern const ImgcatEnumType imgcat_vulnerability_state_type;

#endif							/* IMGCAT_CONTAINER_SCHEMA_H */

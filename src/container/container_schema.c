/*-------------------------------------------------------------------------
 *
 * container_schema.c
 *		The messages that make up a StorageImage document, as tables.
 *
 * src/container/container_schema.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_schema.h"

/*
 * Short names for the tables below.  A message comes before those that it is
 * a member of.
 */
#define REPEATED	IMGCAT_FIELD_REPEATED
#define ONEOF		IMGCAT_FIELD_ONEOF
#define NEWER		IMGCAT_FIELD_NEWER
#define INDEXED		IMGCAT_FIELD_INDEXED
#define PART		IMGCAT_FIELD_PART

#define FIELD(name_, kind_, flags_) \
	{name_, sizeof(name_) - 1, IMGCAT_FIELD_##kind_, flags_, NULL, NULL}
#define ENUM_FIELD(name_, type_, flags_) \
	{name_, sizeof(name_) - 1, IMGCAT_FIELD_ENUM, flags_, NULL, &type_##_type}
#define MESSAGE_FIELD(name_, type_, flags_) \
	{name_, sizeof(name_) - 1, IMGCAT_FIELD_MESSAGE, flags_, &type_##_type, \
	NULL}

#define ENUM(name_, ...) \
	static const char *const name_##_names[] = {__VA_ARGS__}; \
	static const ImgcatEnumType name_##_type = \
	{lengthof(name_##_names), name_##_names}

#define MESSAGE(name_) \
	static const ImgcatMessageType name_##_type = \
	{lengthof(name_##_fields), name_##_fields}

ENUM(image_notes,
	 "MISSING_METADATA", "MISSING_SCAN_DATA", "MISSING_SIGNATURE",
	 "MISSING_SIGNATURE_VERIFICATION_DATA");

ENUM(scan_notes,
	 "UNSET", "OS_UNAVAILABLE", "PARTIAL_SCAN_DATA", "OS_CVES_UNAVAILABLE",
	 "OS_CVES_STALE", "LANGUAGE_CVES_UNAVAILABLE",
	 "CERTIFIED_RHEL_SCAN_UNAVAILABLE");

ENUM(component_source,
	 "OS", "PYTHON", "JAVA", "RUBY", "NODEJS", "DOTNETCORERUNTIME",
	 "INFRASTRUCTURE", "GO");

ENUM(score_version,
	 "V2", "V3");

ENUM(vulnerability_type,
	 "UNKNOWN_VULNERABILITY", "IMAGE_VULNERABILITY", "K8S_VULNERABILITY",
	 "ISTIO_VULNERABILITY", "NODE_VULNERABILITY", "OPENSHIFT_VULNERABILITY");

ENUM(severity,
	 "UNKNOWN_VULNERABILITY_SEVERITY", "LOW_VULNERABILITY_SEVERITY",
	 "MODERATE_VULNERABILITY_SEVERITY", "IMPORTANT_VULNERABILITY_SEVERITY",
	 "CRITICAL_VULNERABILITY_SEVERITY");

ENUM(state,
	 "OBSERVED", "DEFERRED", "FALSE_POSITIVE");

ENUM(metric_source,
	 "SOURCE_UNKNOWN", "SOURCE_RED_HAT", "SOURCE_OSV", "SOURCE_NVD");

ENUM(verification_status,
	 "UNSET", "VERIFIED", "FAILED_VERIFICATION", "INVALID_SIGNATURE_ALGO",
	 "CORRUPTED_SIGNATURE", "GENERIC_ERROR");

ENUM(attack_vector_v2,
	 "ATTACK_LOCAL", "ATTACK_ADJACENT", "ATTACK_NETWORK");

ENUM(access_complexity,
	 "ACCESS_HIGH", "ACCESS_MEDIUM", "ACCESS_LOW");

ENUM(authentication,
	 "AUTH_MULTIPLE", "AUTH_SINGLE", "AUTH_NONE");

ENUM(impact_v2,
	 "IMPACT_NONE", "IMPACT_PARTIAL", "IMPACT_COMPLETE");

ENUM(severity_v2,
	 "UNKNOWN", "LOW", "MEDIUM", "HIGH");

ENUM(attack_vector_v3,
	 "ATTACK_LOCAL", "ATTACK_ADJACENT", "ATTACK_NETWORK", "ATTACK_PHYSICAL");

ENUM(attack_complexity,
	 "COMPLEXITY_LOW", "COMPLEXITY_HIGH");

ENUM(privileges_required,
	 "PRIVILEGE_NONE", "PRIVILEGE_LOW", "PRIVILEGE_HIGH");

ENUM(user_interaction,
	 "UI_NONE", "UI_REQUIRED");

ENUM(scope,
	 "UNCHANGED", "CHANGED");

ENUM(impact_v3,
	 "IMPACT_NONE", "IMPACT_LOW", "IMPACT_HIGH");

ENUM(severity_v3,
	 "UNKNOWN", "NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL");


static const ImgcatFieldType name_fields[] = {
	[NAME_REGISTRY] = FIELD("registry", STRING, PART),
	[NAME_REMOTE] = FIELD("remote", STRING, PART),
	[NAME_TAG] = FIELD("tag", STRING, PART),
	[NAME_FULL] = FIELD("fullName", STRING, INDEXED),
};

MESSAGE(name);

static const ImgcatFieldType data_source_fields[] = {
	[DATA_SOURCE_ID] = FIELD("id", STRING, 0),
	[DATA_SOURCE_NAME] = FIELD("name", STRING, 0),
	[DATA_SOURCE_MIRROR] = FIELD("mirror", STRING, 0),
};

MESSAGE(data_source);

static const ImgcatFieldType layer_fields[] = {
	[LAYER_INSTRUCTION] = FIELD("instruction", STRING, 0),
	[LAYER_VALUE] = FIELD("value", STRING, 0),
	[LAYER_CREATED] = FIELD("created", TIMESTAMP, 0),
	[LAYER_AUTHOR] = FIELD("author", STRING, 0),
	[LAYER_EMPTY] = FIELD("empty", BOOL, 0),
};

MESSAGE(layer);

static const ImgcatFieldType v1_fields[] = {
	[V1_DIGEST] = FIELD("digest", STRING, PART),
	[V1_CREATED] = FIELD("created", TIMESTAMP, 0),
	[V1_AUTHOR] = FIELD("author", STRING, 0),
	[V1_LAYERS] = MESSAGE_FIELD("layers", layer, REPEATED),
	[V1_USER] = FIELD("user", STRING, 0),
	[V1_COMMAND] = FIELD("command", STRING, REPEATED),
	[V1_ENTRYPOINT] = FIELD("entrypoint", STRING, REPEATED),
	[V1_VOLUMES] = FIELD("volumes", STRING, REPEATED),
	[V1_LABELS] = FIELD("labels", STRING_MAP, 0),
};

MESSAGE(v1);

static const ImgcatFieldType v2_fields[] = {
	[V2_DIGEST] = FIELD("digest", STRING, PART),
};

MESSAGE(v2);

static const ImgcatFieldType metadata_fields[] = {
	[METADATA_V1] = MESSAGE_FIELD("v1", v1, 0),
	[METADATA_V2] = MESSAGE_FIELD("v2", v2, 0),
	[METADATA_LAYER_SHAS] = FIELD("layerShas", STRING, REPEATED),
	[METADATA_DATA_SOURCE] = MESSAGE_FIELD("dataSource", data_source, 0),
	[METADATA_VERSION] = FIELD("version", UINT64, 0),
};

MESSAGE(metadata);

static const ImgcatFieldType license_fields[] = {
	[LICENSE_NAME] = FIELD("name", STRING, 0),
	[LICENSE_TYPE] = FIELD("type", STRING, 0),
	[LICENSE_URL] = FIELD("url", STRING, 0),
};

MESSAGE(license);

static const ImgcatFieldType executable_fields[] = {
	[0] = FIELD("path", STRING, 0),
	[1] = FIELD("dependencies", STRING, REPEATED),
};

MESSAGE(executable);

static const ImgcatFieldType advisory_fields[] = {
	[ADVISORY_NAME] = FIELD("name", STRING, 0),
	[ADVISORY_LINK] = FIELD("link", STRING, 0),
};

MESSAGE(advisory);

static const ImgcatFieldType epss_fields[] = {
	[EPSS_PROBABILITY] = FIELD("epssProbability", FLOAT, 0),
	[EPSS_PERCENTILE] = FIELD("epssPercentile", FLOAT, 0),
};

MESSAGE(epss);

static const ImgcatFieldType cvss_v2_fields[] = {
	[CVSS_V2_VECTOR] = FIELD("vector", STRING, 0),
	[CVSS_V2_ATTACK_VECTOR] = ENUM_FIELD("attackVector", attack_vector_v2, 0),
	[CVSS_V2_ACCESS_COMPLEXITY] =
	ENUM_FIELD("accessComplexity", access_complexity, 0),
	[CVSS_V2_AUTHENTICATION] = ENUM_FIELD("authentication", authentication, 0),
	[CVSS_V2_CONFIDENTIALITY] = ENUM_FIELD("confidentiality", impact_v2, 0),
	[CVSS_V2_INTEGRITY] = ENUM_FIELD("integrity", impact_v2, 0),
	[CVSS_V2_AVAILABILITY] = ENUM_FIELD("availability", impact_v2, 0),
	[CVSS_V2_EXPLOITABILITY_SCORE] = FIELD("exploitabilityScore", FLOAT, 0),
	[CVSS_V2_IMPACT_SCORE] = FIELD("impactScore", FLOAT, 0),
	[CVSS_V2_SCORE] = FIELD("score", FLOAT, 0),
	[CVSS_V2_SEVERITY] = ENUM_FIELD("severity", severity_v2, 0),
};

MESSAGE(cvss_v2);

static const ImgcatFieldType cvss_v3_fields[] = {
	[CVSS_V3_VECTOR] = FIELD("vector", STRING, 0),
	[CVSS_V3_EXPLOITABILITY_SCORE] = FIELD("exploitabilityScore", FLOAT, 0),
	[CVSS_V3_IMPACT_SCORE] = FIELD("impactScore", FLOAT, 0),
	[CVSS_V3_ATTACK_VECTOR] = ENUM_FIELD("attackVector", attack_vector_v3, 0),
	[CVSS_V3_ATTACK_COMPLEXITY] =
	ENUM_FIELD("attackComplexity", attack_complexity, 0),
	[CVSS_V3_PRIVILEGES_REQUIRED] =
	ENUM_FIELD("privilegesRequired", privileges_required, 0),
	[CVSS_V3_USER_INTERACTION] =
	ENUM_FIELD("userInteraction", user_interaction, 0),
	[CVSS_V3_SCOPE] = ENUM_FIELD("scope", scope, 0),
	[CVSS_V3_CONFIDENTIALITY] = ENUM_FIELD("confidentiality", impact_v3, 0),
	[CVSS_V3_INTEGRITY] = ENUM_FIELD("integrity", impact_v3, 0),
	[CVSS_V3_AVAILABILITY] = ENUM_FIELD("availability", impact_v3, 0),
	[CVSS_V3_SCORE] = FIELD("score", FLOAT, 0),
	[CVSS_V3_SEVERITY] = ENUM_FIELD("severity", severity_v3, 0),
};

MESSAGE(cvss_v3);

static const ImgcatFieldType metric_fields[] = {
	[METRIC_SOURCE] = ENUM_FIELD("source", metric_source, 0),
	[METRIC_URL] = FIELD("url", STRING, 0),
	[METRIC_CVSS_V2] = MESSAGE_FIELD("cvssv2", cvss_v2, ONEOF),
	[METRIC_CVSS_V3] = MESSAGE_FIELD("cvssv3", cvss_v3, ONEOF),
};

MESSAGE(metric);

static const ImgcatFieldType vulnerability_fields[] = {
	[VULN_CVE] = FIELD("cve", STRING, INDEXED),
	[VULN_ADVISORY] = MESSAGE_FIELD("advisory", advisory, 0),
	[VULN_CVSS] = FIELD("cvss", FLOAT, 0),
	[VULN_SUMMARY] = FIELD("summary", STRING, 0),
	[VULN_LINK] = FIELD("link", STRING, 0),
	[VULN_FIXED_BY] = FIELD("fixedBy", STRING, ONEOF),
	[VULN_SCORE_VERSION] = ENUM_FIELD("scoreVersion", score_version, 0),
	[VULN_CVSS_V2] = MESSAGE_FIELD("cvssV2", cvss_v2, 0),
	[VULN_CVSS_V3] = MESSAGE_FIELD("cvssV3", cvss_v3, 0),
	[VULN_PUBLISHED_ON] = FIELD("publishedOn", TIMESTAMP, 0),
	[VULN_LAST_MODIFIED] = FIELD("lastModified", TIMESTAMP, 0),
	[VULN_TYPE] = ENUM_FIELD("vulnerabilityType", vulnerability_type, 0),
	[VULN_TYPES] =
	ENUM_FIELD("vulnerabilityTypes", vulnerability_type, REPEATED),
	[VULN_SUPPRESSED] = FIELD("suppressed", BOOL, 0),
	[VULN_SUPPRESS_ACTIVATION] = FIELD("suppressActivation", TIMESTAMP, 0),
	[VULN_SUPPRESS_EXPIRY] = FIELD("suppressExpiry", TIMESTAMP, 0),
	[VULN_FIRST_SYSTEM_OCCURRENCE] =
	FIELD("firstSystemOccurrence", TIMESTAMP, 0),
	[VULN_FIRST_IMAGE_OCCURRENCE] = FIELD("firstImageOccurrence", TIMESTAMP, 0),
	[VULN_SEVERITY] = ENUM_FIELD("severity", severity, 0),
	[VULN_STATE] = ENUM_FIELD("state", state, 0),
	[VULN_CVSS_METRICS] = MESSAGE_FIELD("cvssMetrics", metric, REPEATED),
	[VULN_NVD_CVSS] = FIELD("nvdCvss", FLOAT, 0),
	[VULN_EPSS] = MESSAGE_FIELD("epss", epss, 0),
	[VULN_FIX_AVAILABLE] = FIELD("fixAvailableTimestamp", TIMESTAMP, NEWER),
	[VULN_DATASOURCE] = FIELD("datasource", STRING, NEWER),
	[VULN_EXPLOIT] = FIELD("exploit", ANY, NEWER),
	[VULN_CISA_KEV] = FIELD("cisaKev", BOOL, NEWER),
	[VULN_ORIGIN] = FIELD("origin", ANY, NEWER),
};

MESSAGE(vulnerability);

static const ImgcatFieldType component_fields[] = {
	[COMPONENT_NAME] = FIELD("name", STRING, INDEXED),
	[COMPONENT_VERSION] = FIELD("version", STRING, 0),
	[COMPONENT_LICENSE] = MESSAGE_FIELD("license", license, 0),
	[COMPONENT_VULNS] = MESSAGE_FIELD("vulns", vulnerability, REPEATED),
	[COMPONENT_LAYER_INDEX] = FIELD("layerIndex", INT32, ONEOF),
	[COMPONENT_PRIORITY] = FIELD("priority", INT64, 0),
	[COMPONENT_SOURCE] = ENUM_FIELD("source", component_source, 0),
	[COMPONENT_LOCATION] = FIELD("location", STRING, 0),
	[COMPONENT_TOP_CVSS] = FIELD("topCvss", FLOAT, ONEOF),
	[COMPONENT_RISK_SCORE] = FIELD("riskScore", FLOAT, 0),
	[COMPONENT_FIXED_BY] = FIELD("fixedBy", STRING, 0),
	[COMPONENT_EXECUTABLES] =
	MESSAGE_FIELD("executables", executable, REPEATED),
	[COMPONENT_ARCHITECTURE] = FIELD("architecture", STRING, 0),
};

MESSAGE(component);

static const ImgcatFieldType scan_fields[] = {
	[SCAN_SCANNER_VERSION] = FIELD("scannerVersion", STRING, 0),
	[SCAN_TIME] = FIELD("scanTime", TIMESTAMP, 0),
	[SCAN_COMPONENTS] = MESSAGE_FIELD("components", component, REPEATED),
	[SCAN_OPERATING_SYSTEM] = FIELD("operatingSystem", STRING, 0),
	[SCAN_DATA_SOURCE] = MESSAGE_FIELD("dataSource", data_source, 0),
	[SCAN_NOTES] = ENUM_FIELD("notes", scan_notes, REPEATED),
	[SCAN_HASH] = FIELD("hash", UINT64, ONEOF),
};

MESSAGE(scan);

static const ImgcatFieldType result_fields[] = {
	[RESULT_TIME] = FIELD("verificationTime", TIMESTAMP, 0),
	[RESULT_VERIFIER_ID] = FIELD("verifierId", STRING, 0),
	[RESULT_STATUS] = ENUM_FIELD("status", verification_status, 0),
	[RESULT_DESCRIPTION] = FIELD("description", STRING, 0),
	[RESULT_REFERENCES] = FIELD("verifiedImageReferences", STRING, REPEATED),
	[RESULT_VERIFIER_NAME] = FIELD("verifierName", STRING, NEWER),
};

MESSAGE(result);

static const ImgcatFieldType verification_fields[] = {
	[VERIFICATION_RESULTS] = MESSAGE_FIELD("results", result, REPEATED),
};

MESSAGE(verification);

static const ImgcatFieldType cosign_fields[] = {
	[COSIGN_RAW_SIGNATURE] = FIELD("rawSignature", BYTES, 0),
	[COSIGN_PAYLOAD] = FIELD("signaturePayload", BYTES, 0),
	[COSIGN_CERT] = FIELD("certPem", BYTES, 0),
	[COSIGN_CERT_CHAIN] = FIELD("certChainPem", BYTES, 0),
	[COSIGN_REKOR_BUNDLE] = FIELD("rekorBundle", BYTES, 0),
	[COSIGN_SIGNATURE_FORMAT] = FIELD("signatureFormat", ANY, NEWER),
	[COSIGN_SIGSTORE_BUNDLE] = FIELD("sigstoreBundle", ANY, NEWER),
};

MESSAGE(cosign);

static const ImgcatFieldType signature_item_fields[] = {
	[SIGNATURE_COSIGN] = MESSAGE_FIELD("cosign", cosign, ONEOF),
};

MESSAGE(signature_item);

static const ImgcatFieldType signature_fields[] = {
	[SIGNATURE_SIGNATURES] =
	MESSAGE_FIELD("signatures", signature_item, REPEATED),
	[SIGNATURE_FETCHED] = FIELD("fetched", TIMESTAMP, 0),
};

MESSAGE(signature);

static const ImgcatFieldType base_image_fields[] = {
	[BASE_IMAGE_ID] = FIELD("baseImageId", STRING, 0),
	[BASE_IMAGE_FULL_NAME] = FIELD("baseImageFullName", STRING, 0),
	[BASE_IMAGE_DIGEST] = FIELD("baseImageDigest", STRING, 0),
	[BASE_IMAGE_CREATED] = FIELD("created", TIMESTAMP, 0),
	[BASE_IMAGE_MAX_LAYER_INDEX] = FIELD("maxLayerIndex", INT32, 0),
};

MESSAGE(base_image);

static const ImgcatFieldType image_fields[] = {
	[IMAGE_ID] = FIELD("id", STRING, PART),
	[IMAGE_NAME] = MESSAGE_FIELD("name", name, 0),
	[IMAGE_NAMES] = MESSAGE_FIELD("names", name, REPEATED),
	[IMAGE_METADATA] = MESSAGE_FIELD("metadata", metadata, 0),
	[IMAGE_SCAN] = MESSAGE_FIELD("scan", scan, 0),
	[IMAGE_VERIFICATION] =
	MESSAGE_FIELD("signatureVerificationData", verification, 0),
	[IMAGE_SIGNATURE] = MESSAGE_FIELD("signature", signature, 0),
	[IMAGE_COMPONENTS] = FIELD("components", INT32, ONEOF),
	[IMAGE_CVES] = FIELD("cves", INT32, ONEOF),
	[IMAGE_FIXABLE_CVES] = FIELD("fixableCves", INT32, ONEOF),
	[IMAGE_LAST_UPDATED] = FIELD("lastUpdated", TIMESTAMP, 0),
	[IMAGE_NOT_PULLABLE] = FIELD("notPullable", BOOL, 0),
	[IMAGE_IS_CLUSTER_LOCAL] = FIELD("isClusterLocal", BOOL, 0),
	[IMAGE_PRIORITY] = FIELD("priority", INT64, 0),
	[IMAGE_RISK_SCORE] = FIELD("riskScore", FLOAT, 0),
	[IMAGE_TOP_CVSS] = FIELD("topCvss", FLOAT, ONEOF),
	[IMAGE_NOTES] = ENUM_FIELD("notes", image_notes, REPEATED),
	[IMAGE_BASE_IMAGE_INFO] =
	MESSAGE_FIELD("baseImageInfo", base_image, REPEATED | NEWER),
};

const ImgcatMessageType imgcat_storage_image_type =
{lengthof(image_fields), image_fields};

const ImgcatEnumType imgcat_vulnerability_state_type =
{lengthof(state_names), state_names};

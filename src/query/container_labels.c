/*-------------------------------------------------------------------------
 *
 * container_labels.c
 *		Every label that the search language of container images knows.
 *
 * The language is shared by a whole product: most labels speak of things
 * that an image does not have.  They are known all the same, because an
 * unknown label is dropped from a query and a known one is not.
 *
 * src/query/container_labels.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "container_search.h"

#define LENGTH(array)	((int) (sizeof(array) / sizeof((array)[0])))

static const char *const component_source_names[] = {
	"OS", "PYTHON", "JAVA", "RUBY", "NODEJS", "DOTNETCORERUNTIME",
	"INFRASTRUCTURE", "GO"
};

static const char *const layer_type_names[] = {
	"APPLICATION", "BASE_IMAGE"
};

static const char *const severity_names[] = {
	"UNKNOWN_VULNERABILITY_SEVERITY", "LOW_VULNERABILITY_SEVERITY",
	"MODERATE_VULNERABILITY_SEVERITY", "IMPORTANT_VULNERABILITY_SEVERITY",
	"CRITICAL_VULNERABILITY_SEVERITY"
};

static const char *const state_names[] = {
	"OBSERVED", "DEFERRED", "FALSE_POSITIVE"
};

static const ImgcatSearchEnum component_sources = {
	LENGTH(component_source_names), component_source_names
};
static const ImgcatSearchEnum layer_types = {
	LENGTH(layer_type_names), layer_type_names
};
static const ImgcatSearchEnum severities = {
	LENGTH(severity_names), severity_names
};
static const ImgcatSearchEnum states = {
	LENGTH(state_names), state_names
};

#define UNREACHABLE(name) \
	{name, IMGCAT_SEARCH_UNREACHABLE, IMGCAT_SEARCH_STRING, NULL}

/* in byte order of the lower-case name, for the binary search */
static const ImgcatSearchLabel labels[] = {
	UNREACHABLE("_id"),
	UNREACHABLE("Actual Path"),
	UNREACHABLE("Add Capabilities"),
	UNREACHABLE("Administration Usage CPU Units"),
	UNREACHABLE("Administration Usage Nodes"),
	UNREACHABLE("Administration Usage Timestamp"),
	UNREACHABLE("Admission Control Status"),
	{"Advisory Link", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_STRING, NULL},
	{"Advisory Name", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Alert ID"),
	UNREACHABLE("Allow Privilege Escalation"),
	UNREACHABLE("AppArmor Profile"),
	UNREACHABLE("Approver User ID"),
	UNREACHABLE("Approver User Name"),
	UNREACHABLE("Area Of Concern"),
	UNREACHABLE("AuthProvider Name"),
	UNREACHABLE("Automount Service Account Token"),
	UNREACHABLE("Base Image Active"),
	UNREACHABLE("Base Image Discovered At"),
	UNREACHABLE("Base Image First Layer Digest"),
	UNREACHABLE("Base Image Id"),
	UNREACHABLE("Base Image Index"),
	UNREACHABLE("Base Image Layer Digest"),
	UNREACHABLE("Base Image Manifest Digest"),
	UNREACHABLE("Base Image Repository"),
	UNREACHABLE("Base Image Tag"),
	UNREACHABLE("Blob Length"),
	UNREACHABLE("Blob Modified On"),
	UNREACHABLE("Blob Name"),
	UNREACHABLE("Category"),
	UNREACHABLE("Cert Expiration"),
	{"CISA KEV", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_BOOL, NULL},
	UNREACHABLE("Closed"),
	UNREACHABLE("Closed Time"),
	UNREACHABLE("Cluster"),
	UNREACHABLE("Cluster CVE Fixable"),
	UNREACHABLE("Cluster CVE Fixed By"),
	UNREACHABLE("Cluster Discovered Time"),
	UNREACHABLE("Cluster ID"),
	UNREACHABLE("Cluster Kubernetes Version"),
	UNREACHABLE("Cluster Label"),
	UNREACHABLE("Cluster Platform Type"),
	UNREACHABLE("Cluster Risk Priority"),
	UNREACHABLE("Cluster Role"),
	UNREACHABLE("Cluster Scope"),
	UNREACHABLE("Cluster Status"),
	UNREACHABLE("Cluster Type"),
	UNREACHABLE("Collection ID"),
	UNREACHABLE("Collection Name"),
	UNREACHABLE("Collector Status"),
	UNREACHABLE("Compliance Benchmark Name"),
	UNREACHABLE("Compliance Benchmark Short Name"),
	UNREACHABLE("Compliance Benchmark Version"),
	UNREACHABLE("Compliance Check ID"),
	UNREACHABLE("Compliance Check Last Started Time"),
	UNREACHABLE("Compliance Check Name"),
	UNREACHABLE("Compliance Check Rationale"),
	UNREACHABLE("Compliance Check Result Created Time"),
	UNREACHABLE("Compliance Check Status"),
	UNREACHABLE("Compliance Check UID"),
	UNREACHABLE("Compliance Config Profile Name"),
	UNREACHABLE("Compliance Control"),
	UNREACHABLE("Compliance Domain ID"),
	UNREACHABLE("Compliance Error Count"),
	UNREACHABLE("Compliance Fail Count"),
	UNREACHABLE("Compliance Inconsistent Count"),
	UNREACHABLE("Compliance Info Count"),
	UNREACHABLE("Compliance Manual Count"),
	UNREACHABLE("Compliance Not Applicable Count"),
	UNREACHABLE("Compliance Operator Installed"),
	UNREACHABLE("Compliance Operator Integration ID"),
	UNREACHABLE("Compliance Operator Status"),
	UNREACHABLE("Compliance Operator Version"),
	UNREACHABLE("Compliance Pass Count"),
	UNREACHABLE("Compliance Profile ID"),
	UNREACHABLE("Compliance Profile Name"),
	UNREACHABLE("Compliance Profile Name Count"),
	UNREACHABLE("Compliance Profile Operator Kind"),
	UNREACHABLE("Compliance Profile Product Type"),
	UNREACHABLE("Compliance Profile Version"),
	UNREACHABLE("Compliance Remediation Name"),
	UNREACHABLE("Compliance Report Completed Time"),
	UNREACHABLE("Compliance Report Name"),
	UNREACHABLE("Compliance Report Notification Method"),
	UNREACHABLE("Compliance Report Request Type"),
	UNREACHABLE("Compliance Report Started Time"),
	UNREACHABLE("Compliance Report State"),
	UNREACHABLE("Compliance Rule Name"),
	UNREACHABLE("Compliance Rule Severity"),
	UNREACHABLE("Compliance Rule Type"),
	UNREACHABLE("Compliance Run Finished Timestamp"),
	UNREACHABLE("Compliance Run ID"),
	UNREACHABLE("Compliance Scan Config ID"),
	UNREACHABLE("Compliance Scan Config Last Updated Time"),
	UNREACHABLE("Compliance Scan Config Name"),
	UNREACHABLE("Compliance Scan Last Executed Time"),
	UNREACHABLE("Compliance Scan Last Executed Time Max"),
	UNREACHABLE("Compliance Scan Last Started Time"),
	UNREACHABLE("Compliance Scan Name"),
	UNREACHABLE("Compliance Scan Result"),
	UNREACHABLE("Compliance Scan Setting Binding Name"),
	UNREACHABLE("Compliance Standard"),
	UNREACHABLE("Compliance Suite Name"),
	{"Component", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_STRING, NULL},
	{"Component Count", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_INTEGER, NULL},
	{"Component ID", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_STRING, NULL},
	{"Component Layer Type", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_ENUM, &layer_types},
	{"Component Location", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_STRING, NULL},
	{"Component Risk Priority", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_SORT_ONLY, NULL},
	{"Component Risk Priority Score Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_NUMBER, NULL},
	{"Component Risk Score", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_NUMBER, NULL},
	{"Component Source", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_ENUM, &component_sources},
	{"Component Top CVSS", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_NUMBER, NULL},
	{"Component Top CVSS Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_NUMBER, NULL},
	{"Component Version", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Container ID"),
	UNREACHABLE("Container Image Digest"),
	UNREACHABLE("Container Name"),
	UNREACHABLE("Container Runtime"),
	UNREACHABLE("Container Type"),
	UNREACHABLE("Control"),
	UNREACHABLE("Control Group"),
	UNREACHABLE("Control Group ID"),
	UNREACHABLE("Control ID"),
	UNREACHABLE("CPU Cores Limit"),
	UNREACHABLE("CPU Cores Request"),
	UNREACHABLE("Created"),
	UNREACHABLE("Created Time"),
	{"Critical CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Critical Severity Count"),
	UNREACHABLE("Current Sequence Number"),
	{"CVE", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_STRING, NULL},
	{"CVE Count", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_INTEGER, NULL},
	{"CVE Created Time", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_TIME, NULL},
	{"CVE Created Time Min", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_TIME, NULL},
	{"CVE Fix Available Timestamp", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_TIME, NULL},
	{"CVE ID", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("CVE Info"),
	UNREACHABLE("CVE Orphaned"),
	UNREACHABLE("CVE Orphaned Time"),
	{"CVE Published On", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_TIME, NULL},
	{"CVE Published On Min", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_TIME, NULL},
	UNREACHABLE("CVE Snooze Expiry"),
	UNREACHABLE("CVE Snoozed"),
	UNREACHABLE("CVE Type"),
	{"CVSS", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_NUMBER, NULL},
	{"CVSS Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_NUMBER, NULL},
	UNREACHABLE("Default External Source"),
	UNREACHABLE("Deferral Update CVEs"),
	UNREACHABLE("Deployment"),
	UNREACHABLE("Deployment Annotation"),
	UNREACHABLE("Deployment Count"),
	UNREACHABLE("Deployment Hash"),
	UNREACHABLE("Deployment ID"),
	UNREACHABLE("Deployment Label"),
	UNREACHABLE("Deployment Risk Priority"),
	UNREACHABLE("Deployment Risk Score"),
	UNREACHABLE("Deployment Type"),
	UNREACHABLE("Description"),
	UNREACHABLE("Disabled"),
	UNREACHABLE("Discovered External Source"),
	{"Dockerfile Instruction Keyword", IMGCAT_SEARCH_LAYER, IMGCAT_SEARCH_STRING, NULL},
	{"Dockerfile Instruction Value", IMGCAT_SEARCH_LAYER, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Drop Capabilities"),
	UNREACHABLE("Effective Path"),
	UNREACHABLE("Embedded Collection ID"),
	UNREACHABLE("Enforcement"),
	UNREACHABLE("Enforcement Action"),
	UNREACHABLE("Enforcement Count"),
	UNREACHABLE("Entity Type"),
	UNREACHABLE("Environment Key"),
	UNREACHABLE("Environment Value"),
	UNREACHABLE("Environment Variable Source"),
	{"EPSS Probability", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_NUMBER, NULL},
	{"EPSS Probability Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_NUMBER, NULL},
	UNREACHABLE("Event Domain"),
	UNREACHABLE("Event Level"),
	UNREACHABLE("Event Occurrence"),
	UNREACHABLE("Event Type"),
	UNREACHABLE("Expiration"),
	UNREACHABLE("Expired Request"),
	UNREACHABLE("Expiry Type"),
	UNREACHABLE("Exposed Node Port"),
	UNREACHABLE("Exposing Service"),
	UNREACHABLE("Exposing Service Port"),
	UNREACHABLE("Exposure Level"),
	UNREACHABLE("External Hostname"),
	UNREACHABLE("External IP"),
	UNREACHABLE("External Source Address"),
	UNREACHABLE("False Positive Update CVEs"),
	UNREACHABLE("File Operation"),
	{"First Image Occurrence Timestamp", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_TIME, NULL},
	{"First Image Occurrence Timestamp Min", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_TIME, NULL},
	UNREACHABLE("First System Occurrence Timestamp"),
	{"Fixable", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_BOOL, NULL},
	{"Fixable Critical CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Fixable Critical Severity Count"),
	{"Fixable CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	{"Fixable Important CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Fixable Important Severity Count"),
	{"Fixable Low CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Fixable Low Severity Count"),
	{"Fixable Moderate CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Fixable Moderate Severity Count"),
	{"Fixable Unknown CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Fixable Unknown Severity Count"),
	{"Fixed By", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Group Auth Provider"),
	UNREACHABLE("Group Key"),
	UNREACHABLE("Group Value"),
	UNREACHABLE("Guest OS"),
	UNREACHABLE("Host IPC"),
	UNREACHABLE("Host Network"),
	UNREACHABLE("Host PID"),
	{"Image", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	{"Image Command", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_ARRAY, NULL},
	{"Image Component Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	{"Image Count", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_INTEGER, NULL},
	{"Image Created Time", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_TIME, NULL},
	{"Image CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	{"Image Entrypoint", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_ARRAY, NULL},
	{"Image ID", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	{"Image Label", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_MAP, NULL},
	{"Image OS", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Image Pull Secret"),
	UNREACHABLE("Image Pull Secret Registry"),
	{"Image Registry", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Image Registry Scope"),
	{"Image Remote", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Image Remote Scope"),
	{"Image Risk Priority", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_SORT_ONLY, NULL},
	{"Image Risk Score", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_NUMBER, NULL},
	{"Image Scan Time", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_TIME, NULL},
	{"Image Sha", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	{"Image Signature Fetched Time", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_TIME, NULL},
	UNREACHABLE("Image Signature Verified By"),
	{"Image Tag", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Image Tag Scope"),
	{"Image Top CVSS", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_NUMBER, NULL},
	{"Image User", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_STRING, NULL},
	{"Image Volumes", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_ARRAY, NULL},
	{"Impact Score", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_NUMBER, NULL},
	{"Impact Score Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_NUMBER, NULL},
	{"Important CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Important Severity Count"),
	UNREACHABLE("Inactive Deployment"),
	UNREACHABLE("Integration ID"),
	UNREACHABLE("Integration Name"),
	UNREACHABLE("Integration Type"),
	UNREACHABLE("Last Contact"),
	UNREACHABLE("Last Persisted"),
	{"Last Updated", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_TIME, NULL},
	UNREACHABLE("Lifecycle Stage"),
	UNREACHABLE("Liveness Probe Defined"),
	{"Low CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Low Severity Count"),
	UNREACHABLE("Max Exposure Level"),
	UNREACHABLE("Memory Limit (MB)"),
	UNREACHABLE("Memory Request (MB)"),
	UNREACHABLE("Minimum Sequence Number"),
	{"Moderate CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Moderate Severity Count"),
	UNREACHABLE("Mount Propagation"),
	UNREACHABLE("Namespace"),
	UNREACHABLE("Namespace Annotation"),
	UNREACHABLE("Namespace Count"),
	UNREACHABLE("Namespace ID"),
	UNREACHABLE("Namespace Label"),
	UNREACHABLE("Namespace Risk Priority"),
	UNREACHABLE("Node"),
	UNREACHABLE("Node Annotation"),
	UNREACHABLE("Node Count"),
	UNREACHABLE("Node ID"),
	UNREACHABLE("Node Join Time"),
	UNREACHABLE("Node Label"),
	UNREACHABLE("Node Risk Priority"),
	UNREACHABLE("Node Risk Score"),
	UNREACHABLE("Node Scan Time"),
	UNREACHABLE("Node Top CVSS"),
	{"NVD CVSS", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_NUMBER, NULL},
	{"NVD CVSS Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_NUMBER, NULL},
	{"Operating System", IMGCAT_SEARCH_COMPONENT, IMGCAT_SEARCH_STRING, NULL},
	UNREACHABLE("Orchestrator Component"),
	UNREACHABLE("Platform Component"),
	UNREACHABLE("Pod ID"),
	UNREACHABLE("Pod Label"),
	UNREACHABLE("Pod Name"),
	UNREACHABLE("Pod UID"),
	UNREACHABLE("Policy"),
	UNREACHABLE("Policy Category"),
	UNREACHABLE("Policy Category ID"),
	UNREACHABLE("Policy ID"),
	UNREACHABLE("Policy Last Updated"),
	UNREACHABLE("Policy Violated"),
	UNREACHABLE("Port"),
	UNREACHABLE("Port Protocol"),
	UNREACHABLE("Priority"),
	UNREACHABLE("Privileged"),
	UNREACHABLE("Process Ancestor"),
	UNREACHABLE("Process Arguments"),
	UNREACHABLE("Process Container Start Time"),
	UNREACHABLE("Process Creation Time"),
	UNREACHABLE("Process ID"),
	UNREACHABLE("Process Name"),
	UNREACHABLE("Process Path"),
	UNREACHABLE("Process Tag"),
	UNREACHABLE("Process UID"),
	UNREACHABLE("Profile Ref ID"),
	UNREACHABLE("Read Only Root Filesystem"),
	UNREACHABLE("Readiness Probe Defined"),
	UNREACHABLE("Replicas"),
	UNREACHABLE("Report Completion Time"),
	UNREACHABLE("Report Configuration ID"),
	UNREACHABLE("Report Init Time"),
	UNREACHABLE("Report Name"),
	UNREACHABLE("Report Notification Method"),
	UNREACHABLE("Report Request Type"),
	UNREACHABLE("Report State"),
	UNREACHABLE("Report Type"),
	UNREACHABLE("Request Expires When Fixed"),
	UNREACHABLE("Request Expiry Time"),
	UNREACHABLE("Request Name"),
	UNREACHABLE("Request Status"),
	UNREACHABLE("Requested Vulnerability State"),
	UNREACHABLE("Requester User ID"),
	UNREACHABLE("Requester User Name"),
	UNREACHABLE("Resource"),
	UNREACHABLE("Resource Type"),
	UNREACHABLE("Revoked"),
	UNREACHABLE("Risk Score"),
	UNREACHABLE("Risk Subject Type"),
	UNREACHABLE("Role"),
	UNREACHABLE("Role Annotation"),
	UNREACHABLE("Role Binding"),
	UNREACHABLE("Role Binding Annotation"),
	UNREACHABLE("Role Binding ID"),
	UNREACHABLE("Role Binding Label"),
	UNREACHABLE("Role ID"),
	UNREACHABLE("Role Label"),
	UNREACHABLE("Rule Ref ID"),
	UNREACHABLE("Scan Ref ID"),
	UNREACHABLE("Scanner Status"),
	UNREACHABLE("Seccomp Profile Type"),
	UNREACHABLE("Secret"),
	UNREACHABLE("Secret ID"),
	UNREACHABLE("Secret Path"),
	UNREACHABLE("Secret Type"),
	UNREACHABLE("Sensor Status"),
	UNREACHABLE("Sensor Version Compatibility"),
	UNREACHABLE("Service Account"),
	UNREACHABLE("Service Account Annotation"),
	UNREACHABLE("Service Account Label"),
	UNREACHABLE("Service Account Permission Level"),
	{"Severity", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_ENUM, &severities},
	{"Severity Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_ENUM, &severities},
	UNREACHABLE("SORT_Enforcement"),
	UNREACHABLE("SORT_Lifecycle Stage"),
	UNREACHABLE("SORT_Policy"),
	UNREACHABLE("Standard"),
	UNREACHABLE("Standard ID"),
	UNREACHABLE("Subject"),
	UNREACHABLE("Subject Kind"),
	UNREACHABLE("Tag"),
	UNREACHABLE("Taint Effect"),
	UNREACHABLE("Taint Key"),
	UNREACHABLE("Taint Value"),
	UNREACHABLE("Toleration Key"),
	UNREACHABLE("Toleration Value"),
	{"Unknown CVE Count", IMGCAT_SEARCH_IMAGE, IMGCAT_SEARCH_INTEGER, NULL},
	UNREACHABLE("Unknown Severity Count"),
	UNREACHABLE("User ID"),
	UNREACHABLE("User Name"),
	UNREACHABLE("Version"),
	UNREACHABLE("Violation"),
	UNREACHABLE("Violation State"),
	UNREACHABLE("Violation Time"),
	UNREACHABLE("Virtual Machine ID"),
	UNREACHABLE("Virtual Machine Name"),
	UNREACHABLE("Virtual Machine Scan ID"),
	UNREACHABLE("Virtual Machine Scan OS"),
	UNREACHABLE("Virtual Machine Scan Time"),
	UNREACHABLE("Virtual Machine State"),
	UNREACHABLE("Virtual Machine Top CVSS"),
	UNREACHABLE("Volume Destination"),
	UNREACHABLE("Volume Name"),
	UNREACHABLE("Volume ReadOnly"),
	UNREACHABLE("Volume Source"),
	UNREACHABLE("Volume Type"),
	{"Vulnerability State", IMGCAT_SEARCH_FINDING, IMGCAT_SEARCH_ENUM, &states},
	{"Vulnerability State Max", IMGCAT_SEARCH_DERIVED, IMGCAT_SEARCH_ENUM, &states},
};

/* One ASCII letter in lower case; other bytes as they are. */
static int
lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? c - 'A' + 'a' : (unsigned char) c;
}

/*
 * Compare text[0 .. length) with a label's name, byte by byte without regard
 * to the case of ASCII letters (labels have no others).
 */
static int
compare_name(const char *str, size_t length, const char *name)
{
	size_t		i;

	for (i = 0; i < length && name[i] != '\0'; i++)
	{
		int			difference = lower(str[i]) - lower(name[i]);

		if (difference != 0)
			return difference;
	}
	if (i < length)
		return 1;
	return name[i] == '\0' ? 0 : -1;
}

/*
 * The label of that name (case does not count), or NULL when there is none.
 */
const ImgcatSearchLabel *
imgcat_search_label(const char *name, size_t length)
{
	int			low = 0;
	int			high = LENGTH(labels) - 1;

	while (low <= high)
	{
		int			middle = low + (high - low) / 2;
		int			order = compare_name(name, length, labels[middle].name);

		if (order == 0)
			return &labels[middle];
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return NULL;
}

/*
 * The label at a place of the table, or NULL past its end: for those who
 * must visit every label.
 */
const ImgcatSearchLabel *
imgcat_search_label_at(int place)
{
	return (place >= 0 && place < LENGTH(labels)) ? &labels[place] : NULL;
}

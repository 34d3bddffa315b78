/*-------------------------------------------------------------------------
 *
 * sbom_cyclonedx.c
 *		CycloneDX documents.
 *
 * Their members are the same in all versions so far, as far as they are read.
 *
 * src/scan/sbom_cyclonedx.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "scan/sbom.h"

/*
 * The first of a component's properties that has the name, or NULL.
 */
static char *
find_property(JsonbContainer *component, const char *name)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_array(component, "properties"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *property = imgcat_read_as_object(&walk.value);
		char	   *found = imgcat_read_text(property, "name");

		if (found != NULL && strcmp(found, name) == 0)
			return imgcat_read_text(property, "value");
	}
	return NULL;
}

/*
 * The licences of a component in one text: ids, names and expressions, or NULL.
 */
static char *
read_licenses(JsonbContainer *component)
{
	StringInfoData text;
	ImgcatJsonbWalk walk;

	initStringInfo(&text);
	imgcat_read_begin(&walk, imgcat_read_array(component, "licenses"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *choice = imgcat_read_as_object(&walk.value);
		JsonbContainer *license = imgcat_read_object(choice, "license");
		char	   *name = imgcat_read_text(choice, "expression");

		if (name == NULL)
			name = imgcat_read_text(license, "id");
		if (name == NULL)
			name = imgcat_read_text(license, "name");
		if (name != NULL)
			appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", name);
	}
	return text.len > 0 ? text.data : NULL;
}

/*
 * Where a component was found: by its evidence, else by the properties of the
 * scanners that have their own for it.
 */
static char *
read_location(JsonbContainer *component)
{
	JsonbContainer *evidence = imgcat_read_object(component, "evidence");
	char	   *location = NULL;
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_array(evidence, "occurrences"));
	while (location == NULL && imgcat_read_next(&walk))
		location = imgcat_read_text(imgcat_read_as_object(&walk.value),
									"location");
	if (location == NULL)
		location = find_property(component, "syft:location:0:path");
	if (location == NULL)
		location = find_property(component, "aquasecurity:trivy:FilePath");
	return location;
}

/*
 * Is it a component of which advisories may speak?
 */
static bool
is_package(const char *type, const char *purl)
{
	if (type != NULL && (strcmp(type, "operating-system") == 0 ||
						 strcmp(type, "container") == 0 ||
						 strcmp(type, "file") == 0))
		return false;
	return purl != NULL || type == NULL || strcmp(type, "library") == 0 ||
		strcmp(type, "framework") == 0;
}

/*
 * Hand over a component.
 */
static void
read_component(JsonbContainer *component, ImgcatSbom *sbom, const char *place)
{
	char	   *group = imgcat_read_text(component, "group");
	ImgcatSbomItem item = {0};

	item.purl = imgcat_read_text(component, "purl");
	if (!is_package(imgcat_read_text(component, "type"), item.purl))
		return;
	item.name = imgcat_read_text(component, "name");
	if (item.name != NULL && group != NULL && group[0] != '\0')
		item.name = psprintf("%s/%s", group, item.name);
	item.version = imgcat_read_text(component, "version");
	item.source_name = find_property(component, "aquasecurity:trivy:SrcName");
	item.source_version = find_property(component,
										"aquasecurity:trivy:SrcVersion");
	if (item.source_version != NULL)
	{
		char	   *release = find_property(component,
											"aquasecurity:trivy:SrcRelease");
		char	   *epoch = find_property(component,
										  "aquasecurity:trivy:SrcEpoch");

		if (release != NULL)
			item.source_version = psprintf("%s-%s", item.source_version,
										   release);
		if (epoch != NULL && strcmp(epoch, "0") != 0)
			item.source_version = psprintf("%s:%s", epoch,
										   item.source_version);
	}
	item.module = find_property(component,
								"aquasecurity:trivy:Modularitylabel");
	item.location = read_location(component);
	item.license = read_licenses(component);
	imgcat_sbom_add(sbom, &item, place);
}

/*
 * What the components say of the system, those inside others included.
 */
static void
read_system(JsonbContainer *components, ImgcatSbom *sbom)
{
	ImgcatJsonbWalk walk;

	check_stack_depth();
	imgcat_read_begin(&walk, components);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *component = imgcat_read_as_object(&walk.value);
		char	   *type = imgcat_read_text(component, "type");

		if (type != NULL && strcmp(type, "operating-system") == 0)
			imgcat_sbom_set_system(sbom, imgcat_read_text(component, "name"),
								   imgcat_read_text(component, "version"));
		read_system(imgcat_read_array(component, "components"), sbom);
	}
}

/*
 * Hand over components, those inside others included.
 */
static void
read_components(JsonbContainer *components, ImgcatSbom *sbom,
				const char *place)
{
	ImgcatJsonbWalk walk;

	check_stack_depth();
	imgcat_read_begin(&walk, components);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *component = imgcat_read_as_object(&walk.value);
		char	   *here = psprintf("%s/%d", place, walk.index);

		if (component == NULL)
			imgcat_sbom_refuse(sbom, here, "a component is an object");
		else
		{
			read_component(component, sbom, here);
			read_components(imgcat_read_array(component, "components"), sbom,
							psprintf("%s/components", here));
		}
	}
}

/*
 * The tool that made the document, which is an array of tools or, since 1.5,
 * an object of components.
 */
static char *
read_tool(JsonbContainer *metadata)
{
	JsonbContainer *tools = imgcat_read_array(metadata, "tools");
	ImgcatJsonbWalk walk;

	if (tools == NULL)
		tools = imgcat_read_array(imgcat_read_object(metadata, "tools"),
								  "components");
	imgcat_read_begin(&walk, tools);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *tool = imgcat_read_as_object(&walk.value);
		char	   *name = imgcat_read_text(tool, "name");
		char	   *version = imgcat_read_text(tool, "version");

		if (name != NULL)
			return version == NULL ? name : psprintf("%s %s", name, version);
	}
	return NULL;
}

/*
 * Read a CycloneDX document.
 */
void
imgcat_read_cyclonedx(JsonbContainer *document, ImgcatSbom *sbom)
{
	JsonbContainer *metadata = imgcat_read_object(document, "metadata");
	JsonbContainer *image = imgcat_read_object(metadata, "component");
	JsonbContainer *components = imgcat_read_array(document, "components");

	sbom->tool = read_tool(metadata);
	imgcat_sbom_set_digest(sbom, imgcat_read_text(image, "purl"));
	imgcat_sbom_set_digest(sbom, imgcat_read_text(image, "version"));
	read_system(components, sbom);
	read_components(components, sbom, "/components");
}

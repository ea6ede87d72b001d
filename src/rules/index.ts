// Written by scripts/rules-index.ts; a test holds it current.
import type { AnyRule } from "../audit/rule.ts";
import asyncDatabaseUrl from "./config/async-database-url.ts";
import driverUrlScheme from "./config/driver-url-scheme.ts";
import fieldOfClass from "./config/field-of-class.ts";
import invalidDatabaseUrl from "./config/invalid-database-url.ts";
import invalidSettingValue from "./config/invalid-setting-value.ts";
import maskedDatabasePassword from "./config/masked-database-password.ts";
import missingDatabaseUrl from "./config/missing-database-url.ts";
import missingEnvironmentVariable from "./config/missing-environment-variable.ts";
import missingSetting from "./config/missing-setting.ts";
import missingSettingPath from "./config/missing-setting-path.ts";
import refusedByValidator from "./config/refused-by-validator.ts";
import refusedDefault from "./config/refused-default.ts";
import refusedVariable from "./config/refused-variable.ts";
import serviceUrlScheme from "./config/service-url-scheme.ts";
import syncDatabaseUrl from "./config/sync-database-url.ts";
import uncalledFunction from "./config/uncalled-function.ts";
import undecodableSetting from "./config/undecodable-setting.ts";
import undefinedFieldType from "./config/undefined-field-type.ts";
import unexpectedEnvKey from "./config/unexpected-env-key.ts";
import unsupportedConnectArgument from "./config/unsupported-connect-argument.ts";
import unsupportedUrlOption from "./config/unsupported-url-option.ts";
import urlObjectForEngine from "./config/url-object-for-engine.ts";
import validatorWithoutReturn from "./config/validator-without-return.ts";
import asyncEngineInSyncSession from "./database/async-engine-in-sync-session.ts";
import awaitedResult from "./database/awaited-result.ts";
import awaitedSyncSession from "./database/awaited-sync-session.ts";
import brokenInheritance from "./database/broken-inheritance.ts";
import brokenRelationship from "./database/broken-relationship.ts";
import columnWithoutType from "./database/column-without-type.ts";
import connectArgsWithoutValues from "./database/connect-args-without-values.ts";
import duplicateTable from "./database/duplicate-table.ts";
import engineArgumentType from "./database/engine-argument-type.ts";
import engineContextMismatch from "./database/engine-context-mismatch.ts";
import engineOpenedWrongly from "./database/engine-opened-wrongly.ts";
import fieldWithoutSchema from "./database/field-without-schema.ts";
import invalidDiscriminator from "./database/invalid-discriminator.ts";
import invalidEngineArgument from "./database/invalid-engine-argument.ts";
import invalidFieldArguments from "./database/invalid-field-arguments.ts";
import invalidModelData from "./database/invalid-model-data.ts";
import invalidModelField from "./database/invalid-model-field.ts";
import invalidSessionArgument from "./database/invalid-session-argument.ts";
import invalidTableArguments from "./database/invalid-table-arguments.ts";
import invalidTableClass from "./database/invalid-table-class.ts";
import invalidValidator from "./database/invalid-validator.ts";
import missingColumnValue from "./database/missing-column-value.ts";
import missingConnectionAwait from "./database/missing-connection-await.ts";
import missingSessionAwait from "./database/missing-session-await.ts";
import missingSqliteFolder from "./database/missing-sqlite-folder.ts";
import naiveDatetime from "./database/naive-datetime.ts";
import sessionContextMismatch from "./database/session-context-mismatch.ts";
import sessionWithoutEngine from "./database/session-without-engine.ts";
import syncClassInAsyncFactory from "./database/sync-class-in-async-factory.ts";
import syncCreateAll from "./database/sync-create-all.ts";
import syncSessionFactory from "./database/sync-session-factory.ts";
import tableWithoutPrimaryKey from "./database/table-without-primary-key.ts";
import tablesMadeWithoutEngine from "./database/tables-made-without-engine.ts";
import tablesNeverCreated from "./database/tables-never-created.ts";
import uncalledDeclarativeBase from "./database/uncalled-declarative-base.ts";
import undeclaredTextualSql from "./database/undeclared-textual-sql.ts";
import unknownFilterName from "./database/unknown-filter-name.ts";
import unknownForeignKey from "./database/unknown-foreign-key.ts";
import unknownIsolationLevel from "./database/unknown-isolation-level.ts";
import unknownModelArgument from "./database/unknown-model-argument.ts";
import unknownNamingToken from "./database/unknown-naming-token.ts";
import unknownSessionMethod from "./database/unknown-session-method.ts";
import unresolvedModelAnnotation from "./database/unresolved-model-annotation.ts";
import unsupportedTablePart from "./database/unsupported-table-part.ts";
import conflictingRequirements from "./dependencies/conflicting-requirements.ts";
import declaredNotInstalled from "./dependencies/declared-not-installed.ts";
import duplicateRequirement from "./dependencies/duplicate-requirement.ts";
import includeNotCopied from "./dependencies/include-not-copied.ts";
import incompatibleVersions from "./dependencies/incompatible-versions.ts";
import installedVersionMismatch from "./dependencies/installed-version-mismatch.ts";
import localFileRequirement from "./dependencies/local-file-requirement.ts";
import missingOptionalDependency from "./dependencies/missing-optional-dependency.ts";
import otherPlatformRequirement from "./dependencies/other-platform-requirement.ts";
import requiresAnotherPython from "./dependencies/requires-another-python.ts";
import staleLock from "./dependencies/stale-lock.ts";
import syncDriverDeclared from "./dependencies/sync-driver-declared.ts";
import undeclaredImport from "./dependencies/undeclared-import.ts";
import undeclaredServer from "./dependencies/undeclared-server.ts";
import unknownRelease from "./dependencies/unknown-release.ts";
import unpublishedPackage from "./dependencies/unpublished-package.ts";
import unreadableManifest from "./dependencies/unreadable-manifest.ts";
import wrongDistributionName from "./dependencies/wrong-distribution-name.ts";
import applicationMadeTwice from "./entrypoint/application-made-twice.ts";
import brokenLifespan from "./entrypoint/broken-lifespan.ts";
import brokenStartupHandler from "./entrypoint/broken-startup-handler.ts";
import coroutineAsResult from "./entrypoint/coroutine-as-result.ts";
import corsOriginMismatch from "./entrypoint/cors-origin-mismatch.ts";
import endlessStartup from "./entrypoint/endless-startup.ts";
import endpointSignatureLost from "./entrypoint/endpoint-signature-lost.ts";
import eventLoopMisuse from "./entrypoint/event-loop-misuse.ts";
import ignoredStartupHandler from "./entrypoint/ignored-startup-handler.ts";
import invalidDependency from "./entrypoint/invalid-dependency.ts";
import invalidExceptionHandler from "./entrypoint/invalid-exception-handler.ts";
import invalidMiddleware from "./entrypoint/invalid-middleware.ts";
import invalidOpenapiFunction from "./entrypoint/invalid-openapi-function.ts";
import invalidParameter from "./entrypoint/invalid-parameter.ts";
import invalidParameterType from "./entrypoint/invalid-parameter-type.ts";
import invalidResponseClass from "./entrypoint/invalid-response-class.ts";
import invalidResponseModel from "./entrypoint/invalid-response-model.ts";
import invalidResponseStatus from "./entrypoint/invalid-response-status.ts";
import invalidRouteClass from "./entrypoint/invalid-route-class.ts";
import invalidRouteDecorator from "./entrypoint/invalid-route-decorator.ts";
import invalidRouteInclude from "./entrypoint/invalid-route-include.ts";
import invalidRoutePath from "./entrypoint/invalid-route-path.ts";
import invalidRoutePrefix from "./entrypoint/invalid-route-prefix.ts";
import invalidTemplateResponse from "./entrypoint/invalid-template-response.ts";
import lateMiddleware from "./entrypoint/late-middleware.ts";
import methodsAsText from "./entrypoint/methods-as-text.ts";
import missingApplication from "./entrypoint/missing-application.ts";
import missingStartupPath from "./entrypoint/missing-startup-path.ts";
import moduleAsRouter from "./entrypoint/module-as-router.ts";
import rateLimitWithoutRequest from "./entrypoint/rate-limit-without-request.ts";
import routeNeverReached from "./entrypoint/route-never-reached.ts";
import routePrefixTwice from "./entrypoint/route-prefix-twice.ts";
import routerNeverIncluded from "./entrypoint/router-never-included.ts";
import routerWithoutInit from "./entrypoint/router-without-init.ts";
import serverStartedOnImport from "./entrypoint/server-started-on-import.ts";
import startupException from "./entrypoint/startup-exception.ts";
import unawaitedStartupCall from "./entrypoint/unawaited-startup-call.ts";
import unsetApplicationState from "./entrypoint/unset-application-state.ts";
import unstartableCommand from "./entrypoint/unstartable-command.ts";
import untaggedRoute from "./entrypoint/untagged-route.ts";
import unusableApplication from "./entrypoint/unusable-application.ts";
import unusableDependency from "./entrypoint/unusable-dependency.ts";
import circularImport from "./imports/circular-import.ts";
import fragileImportCycle from "./imports/fragile-import-cycle.ts";
import impossibleClass from "./imports/impossible-class.ts";
import invalidSyntax from "./imports/invalid-syntax.ts";
import missingAttribute from "./imports/missing-attribute.ts";
import removedPydanticApi from "./imports/removed-pydantic-api.ts";
import removedSqlalchemyApi from "./imports/removed-sqlalchemy-api.ts";
import shadowedModule from "./imports/shadowed-module.ts";
import undefinedName from "./imports/undefined-name.ts";
import unknownImportSymbol from "./imports/unknown-import-symbol.ts";
import unresolvedImport from "./imports/unresolved-import.ts";
import unusedImport from "./imports/unused-import.ts";

/** Every rule, in the order in which the audit asks them. */
export const rules: readonly AnyRule[] = [
	asyncDatabaseUrl,
	driverUrlScheme,
	fieldOfClass,
	invalidDatabaseUrl,
	invalidSettingValue,
	maskedDatabasePassword,
	missingDatabaseUrl,
	missingEnvironmentVariable,
	missingSetting,
	missingSettingPath,
	refusedByValidator,
	refusedDefault,
	refusedVariable,
	serviceUrlScheme,
	syncDatabaseUrl,
	uncalledFunction,
	undecodableSetting,
	undefinedFieldType,
	unexpectedEnvKey,
	unsupportedConnectArgument,
	unsupportedUrlOption,
	urlObjectForEngine,
	validatorWithoutReturn,
	asyncEngineInSyncSession,
	awaitedResult,
	awaitedSyncSession,
	brokenInheritance,
	brokenRelationship,
	columnWithoutType,
	connectArgsWithoutValues,
	duplicateTable,
	engineArgumentType,
	engineContextMismatch,
	engineOpenedWrongly,
	fieldWithoutSchema,
	invalidDiscriminator,
	invalidEngineArgument,
	invalidFieldArguments,
	invalidModelData,
	invalidModelField,
	invalidSessionArgument,
	invalidTableArguments,
	invalidTableClass,
	invalidValidator,
	missingColumnValue,
	missingConnectionAwait,
	missingSessionAwait,
	missingSqliteFolder,
	naiveDatetime,
	sessionContextMismatch,
	sessionWithoutEngine,
	syncClassInAsyncFactory,
	syncCreateAll,
	syncSessionFactory,
	tableWithoutPrimaryKey,
	tablesMadeWithoutEngine,
	tablesNeverCreated,
	uncalledDeclarativeBase,
	undeclaredTextualSql,
	unknownFilterName,
	unknownForeignKey,
	unknownIsolationLevel,
	unknownModelArgument,
	unknownNamingToken,
	unknownSessionMethod,
	unresolvedModelAnnotation,
	unsupportedTablePart,
	conflictingRequirements,
	declaredNotInstalled,
	duplicateRequirement,
	includeNotCopied,
	incompatibleVersions,
	installedVersionMismatch,
	localFileRequirement,
	missingOptionalDependency,
	otherPlatformRequirement,
	requiresAnotherPython,
	staleLock,
	syncDriverDeclared,
	undeclaredImport,
	undeclaredServer,
	unknownRelease,
	unpublishedPackage,
	unreadableManifest,
	wrongDistributionName,
	applicationMadeTwice,
	brokenLifespan,
	brokenStartupHandler,
	coroutineAsResult,
	corsOriginMismatch,
	endlessStartup,
	endpointSignatureLost,
	eventLoopMisuse,
	ignoredStartupHandler,
	invalidDependency,
	invalidExceptionHandler,
	invalidMiddleware,
	invalidOpenapiFunction,
	invalidParameter,
	invalidParameterType,
	invalidResponseClass,
	invalidResponseModel,
	invalidResponseStatus,
	invalidRouteClass,
	invalidRouteDecorator,
	invalidRouteInclude,
	invalidRoutePath,
	invalidRoutePrefix,
	invalidTemplateResponse,
	lateMiddleware,
	methodsAsText,
	missingApplication,
	missingStartupPath,
	moduleAsRouter,
	rateLimitWithoutRequest,
	routeNeverReached,
	routePrefixTwice,
	routerNeverIncluded,
	routerWithoutInit,
	serverStartedOnImport,
	startupException,
	unawaitedStartupCall,
	unsetApplicationState,
	unstartableCommand,
	untaggedRoute,
	unusableApplication,
	unusableDependency,
	circularImport,
	fragileImportCycle,
	impossibleClass,
	invalidSyntax,
	missingAttribute,
	removedPydanticApi,
	removedSqlalchemyApi,
	shadowedModule,
	undefinedName,
	unknownImportSymbol,
	unresolvedImport,
	unusedImport,
];

using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Pirogov.Portal.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class WorkItems : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "archive_workitem",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Uid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    TransactionUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ChangedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Dataset = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_workitem", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "archive_workitem_subscription",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Subscriber = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Workitem = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Filter = table.Column<string>(type: "text", nullable: false),
                    HasDeletionLock = table.Column<bool>(type: "boolean", nullable: false),
                    IsOff = table.Column<bool>(type: "boolean", nullable: false),
                    SuspendedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_workitem_subscription", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_CentreId_State",
                table: "archive_workitem",
                columns: new[] { "CentreId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_Uid",
                table: "archive_workitem",
                column: "Uid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_subscription_Subscriber_Workitem",
                table: "archive_workitem_subscription",
                columns: new[] { "Subscriber", "Workitem" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_subscription_Workitem",
                table: "archive_workitem_subscription",
                column: "Workitem");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "archive_workitem");

            migrationBuilder.DropTable(
                name: "archive_workitem_subscription");
        }
    }
}
